import { describe, expect, it } from '@jest/globals';
import { Encoder } from 'cbor-x';
import fc from 'fast-check';
import { ERRORS } from '#core';
import { parseCbor } from './cbor.js';
import { decode } from './decode.js';
import { parseIsoTime } from './device-time.js';
import { scanJson } from './json-scan.js';
import { parseJson } from './json-text.js';
import { DEVICE_LIMITS } from './limits.js';
import { encodeResolved, type ResolvedRecord, resolveSenml } from './senml.js';

const TOPIC = 'city/hyd/smart-lamppost/GF3637/telemetry';
const NOW = 1_795_217_632_573;

const text = (value: string): Uint8Array => Buffer.from(value);
const codes = (topic: string, payload: Uint8Array): string[] =>
  decode(topic, payload, NOW).rejections.map((r) => r.code);

/** What must hold of any answer to any bytes. */
function expectSound(topic: string, payload: Uint8Array): void {
  const { items, rejections } = decode(topic, payload, NOW);
  expect(items.length + rejections.length).toBeGreaterThan(0);
  for (const { code, pointer, actual } of rejections) {
    expect(Object.keys(ERRORS)).toContain(code);
    expect(pointer === '' || pointer.startsWith('/')).toBe(true);
    expect(actual?.length ?? 0).toBeLessThan(100);
  }
  for (const item of items) {
    if (item.time !== undefined) expect(Number.isInteger(item.time)).toBe(true);
    if (item.seq !== undefined) expect(Number.isSafeInteger(item.seq) && item.seq >= 0).toBe(true);
    for (const key of Object.keys(item.values)) expect(['__proto__', 'constructor', 'prototype']).not.toContain(key);
  }
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
}

const native = fc.record(
  { ts: fc.integer({ min: 0 }), seq: fc.nat(), values: fc.dictionary(fc.string(), fc.jsonValue()) },
  { requiredKeys: ['values'] },
);
const senml = fc.array(
  fc.record(
    {
      bn: fc.constant('urn:x:'),
      bt: fc.nat(),
      n: fc.stringMatching(/^[a-z]{1,8}$/),
      u: fc.constant('Cel'),
      v: fc.double({ noNaN: true }),
      t: fc.integer(),
    },
    { requiredKeys: ['n', 'v'] },
  ),
  { minLength: 1, maxLength: 5 },
);
/** A valid payload with some bytes changed, cut or repeated. */
const mutated = (valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(valid, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(20))
    .map(([bytes, changes, cut]) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, byte] of changes) copy[at % copy.length] = byte;
      return cut === 0 ? copy.subarray(0, copy.length >> 1) : copy;
    });

describe('decoding never throws', () => {
  const cbor = new Encoder({ useRecords: false, mapsAsObjects: false });
  const json = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Uint8Array> => value.map((v) => text(JSON.stringify(v)));
  const labels = fc.oneof(fc.integer({ min: -8, max: 10 }), fc.string());
  const packs = fc.array(
    fc
      .array(
        fc.tuple(
          labels,
          fc.oneof(
            fc.double(),
            fc.string(),
            fc.boolean(),
            fc.uint8Array(),
            fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
          ),
        ),
      )
      .map((entries) => new Map(entries)),
  );

  it.each<[string, fc.Arbitrary<Uint8Array>]>([
    ['on random bytes', fc.uint8Array({ maxLength: 200 })],
    ['on any JSON', json(fc.jsonValue())],
    ['on mutated native readings', mutated(json(fc.oneof(native, fc.array(native))))],
    ['on mutated SenML', mutated(json(senml))],
    ['on any SenML CBOR', packs.map((pack) => cbor.encode(pack))],
    ['on mutated SenML CBOR', mutated(packs.map((pack) => cbor.encode(pack)))],
    [
      'on bytes that begin as a CBOR array',
      fc
        .tuple(fc.integer({ min: 0x80, max: 0x9f }), fc.uint8Array({ maxLength: 60 }))
        .map(([first, rest]) => Uint8Array.from([first, ...rest])),
    ],
  ])('%s', (_, payloads) => {
    fc.assert(
      fc.property(payloads, (payload) => {
        expectSound(TOPIC, payload);
      }),
    );
  });
});

describe('the scan before parsing', () => {
  it('never refuses JSON within the limits, and knows whether it is ASCII', () => {
    const wide = { maxBytes: 1e9, maxDepth: 60, maxItems: 1e9, maxKeys: 1e9, maxStringBytes: 1e9 };
    fc.assert(
      fc.property(fc.json({ maxDepth: 20 }), (value) => {
        fc.pre(!/__proto__|constructor|prototype/.test(value));
        const bytes = text(value);
        expect(scanJson(bytes, wide)).toBe(bytes.every((byte) => byte < 0x80));
      }),
    );
  });

  it.each([
    ['depth', '{"values":{"x":'.padEnd(200, '[') + ']'.repeat(200), 'too-deep'],
    ['items', `[${'0,'.repeat(5_000)}0]`, 'too-large'],
    ['keys', `{${Array.from({ length: 300 }, (_, i) => `"k${i}":0`).join(',')}}`, 'too-large'],
    ['string length', `{"values":{"x":"${'y'.repeat(5_000)}"}}`, 'too-large'],
    ['bytes', `{"values":{}}${' '.repeat(64 * 1024)}`, 'too-large'],
  ])('limits %s', (_, payload, code) => {
    expect(codes(TOPIC, text(payload))).toEqual([code]);
  });

  it('refuses what the scan refuses also where a small payload is spared the scan', () => {
    const parts = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"__proto__":',
      '"constructor" :',
      '"\\u005f_proto__":',
      '1',
      '"x"',
      '[[[[[[',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 40 }), (written) => {
        const bytes = text(written.join(''));
        const scanned = scanJson(bytes, DEVICE_LIMITS);
        if (typeof scanned === 'object') expect(parseJson(bytes, DEVICE_LIMITS).fault).toEqual(scanned);
        else expect([undefined, 'bad-json']).toContain(parseJson(bytes, DEVICE_LIMITS).fault?.code);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not misled by brackets, commas and quotes inside strings', () => {
    const { items } = decode(
      TOPIC,
      text(JSON.stringify({ values: { x: '[[[[[[[[[[[[[[[[[[[["\\",,,,::::__proto__' } })),
      NOW,
    );
    expect(items).toHaveLength(1);
  });
});

describe('threats', () => {
  it.each([1_000, 200_000])('T11 JSON %d deep is refused before it is parsed', (depth) => {
    const payload = text('['.repeat(depth) + ']'.repeat(depth));
    expect(codes(TOPIC, payload)).toEqual([depth > 32_768 ? 'too-large' : 'too-deep']);
    expect(decode(TOPIC, payload, NOW, { ...DEVICE_LIMITS, maxBytes: 1e9 }).rejections[0]?.code).toBe('too-deep');
  });

  it('T11 a key of 1 MB is refused', () => {
    const payload = text(JSON.stringify({ values: { ['k'.repeat(1 << 20)]: 1 } }));
    expect(codes(TOPIC, payload)).toEqual(['too-large']);
    expect(decode(TOPIC, payload, NOW, { ...DEVICE_LIMITS, maxBytes: 1e9 }).rejections[0]).toMatchObject({
      code: 'too-large',
      expected: 'at most 4096 bytes',
    });
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'T12 the key %s changes nothing and is refused wherever it stands',
    (key) => {
      for (const payload of [
        `{"${key}":{"polluted":true},"values":{"x":1}}`,
        `{"values":{"${key}":{"polluted":true}}}`,
        `[{"n":"x","v":1,"${key}":{"polluted":true}}]`,
      ]) {
        expect(codes(TOPIC, text(payload))).toEqual(['forbidden-key']);
      }
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  it('T13 numbers that JSON cannot hold are handed on as they are or refused, never rounded to another', () => {
    const { items } = decode(TOPIC, text('{"values":{"a":1e999,"b":"","c":9223372036854775808}}'), NOW);
    expect(items[0]?.values).toEqual({ a: Infinity, b: '', c: 2 ** 63 });
    expect(codes(TOPIC, text('{"seq":9007199254740993,"values":{"a":1}}'))).toEqual(['bad-sequence']);
  });
});

describe('SenML', () => {
  const values = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((v) => !Object.is(v, -0)),
    fc.string(),
    fc.boolean(),
    fc.uint8Array(),
  );
  const records: fc.Arbitrary<ResolvedRecord[]> = fc.array(
    fc.record({
      index: fc.constant(0),
      name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9:./_-]{0,12}$/),
      unit: fc.option(fc.constantFrom('Cel', '%RH', 'V')),
      value: values,
      sum: fc.option(fc.integer()),
      time: fc.option(fc.integer({ min: 2 ** 28, max: 2 ** 32 })),
      updateTime: fc.option(fc.nat()),
    }),
  );
  const normal = (resolved: readonly ResolvedRecord[]): unknown[] =>
    resolved.map((record) => ({
      ...record,
      index: 0,
      value: record.value instanceof Uint8Array ? [...record.value] : record.value,
    }));

  it('resolved records survive encoding, and resolving twice changes nothing', () => {
    fc.assert(
      fc.property(records, (wanted) => {
        const now = NOW / 1000;
        const sorted = [...wanted].sort((a, b) => (a.time ?? now) - (b.time ?? now));
        const once = resolveSenml(JSON.parse(JSON.stringify(encodeResolved(wanted))) as unknown[], now);
        expect(once.rejections).toEqual([]);
        expect(normal(once.records)).toEqual(normal(sorted));
        expect(normal(resolveSenml(encodeResolved(once.records), now).records)).toEqual(normal(once.records));
      }),
    );
  });

  it('adds base values, sums and times, and keeps units', () => {
    const pack = [
      { bn: 'urn:x:', bt: 1_795_217_000, bu: 'Cel', bv: 20, bs: 100, n: 'a', v: 1.5, s: 5 },
      { n: 'b', u: 'V', t: 10, ut: 60 },
    ];
    expect(resolveSenml(pack, 0).records).toEqual([
      { index: 0, name: 'urn:x:a', unit: 'Cel', value: 21.5, sum: 105, time: 1_795_217_000, updateTime: null },
      { index: 1, name: 'urn:x:b', unit: 'V', value: 20, sum: 100, time: 1_795_217_010, updateTime: 60 },
    ]);
  });

  it('reads times below 2^28 as relative to now and 2^28 as absolute', () => {
    const times = [2 ** 28 - 1, 2 ** 28, -5, 0].map((t) => resolveSenml([{ n: 'a', v: 1, t }], 1e9).records[0]?.time);
    expect(times).toEqual([1e9 + 2 ** 28 - 1, 2 ** 28, 1e9 - 5, null]);
  });
});

describe('CBOR', () => {
  it('agrees with an independent encoder', () => {
    const encoder = new Encoder({ useRecords: false, mapsAsObjects: false });
    const scalar = fc.oneof(
      fc.maxSafeInteger(),
      // The encoder writes -0 as the integer 0.
      fc.double().map((v) => (v === 0 ? 0 : v)),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
    );
    const value = fc.array(
      fc.oneof(
        scalar,
        fc
          .uniqueArray(fc.tuple(fc.string(), scalar), { selector: ([key]) => key })
          .map((entries) => new Map<unknown, unknown>(entries)),
      ),
    );
    fc.assert(
      fc.property(value, (wanted) => {
        fc.pre(
          !JSON.stringify(wanted, (_, v: unknown) => (v instanceof Map ? [...v] : v)).match(
            /__proto__|constructor|prototype/,
          ),
        );
        const parsed = parseCbor(encoder.encode(wanted), DEVICE_LIMITS);
        expect(parsed).toEqual({ value: wanted, fault: null });
      }),
    );
  });
});

describe('device times', () => {
  it('agree with the platform on every time it prints', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(parseIsoTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  it.each([
    ['2026-11-21T12:00:00+08:00', '2026-11-21T04:00:00Z'],
    ['2026-11-21t12:00:00,5-0330', '2026-11-21T15:30:00.500Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['2024-02-29T00:00Z', '2024-02-29T00:00:00Z'],
  ])('%s is %s', (given, meant) => {
    expect(parseIsoTime(given)).toBe(Date.parse(meant));
  });

  it.each([
    '',
    '2026-11-21',
    '2026-11-21T12:00:00',
    '2026-13-01T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-04-01T24:00:00Z',
    '2026-04-01T00:00:00+19:00',
  ])('%j is refused', (given) => {
    expect(parseIsoTime(given)).toBeNull();
  });
});

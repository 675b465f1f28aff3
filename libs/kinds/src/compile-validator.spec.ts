import { IsEmail, IsInt, IsOptional, Max, Min, validateSync } from 'class-validator';
import fc from 'fast-check';
import { kinds } from './catalogue.js';
import { compileValidator, MAX_LISTED_REJECTIONS } from './compile-validator.js';
import { readConstraints } from './constraints.js';
import type { Kind } from './kind.js';
import { smartLamppost } from './smart-lamppost.kind.js';
import { smartToilet } from './smart-toilet.kind.js';

const validateLamppost = compileValidator(smartLamppost);
const validateToilet = compileValidator(smartToilet);

/** Validates one reading and returns the accepted metrics by name beside the rejections. */
function run(kind: Kind, values: Record<string, unknown>, pointer = '') {
  const out = new Float64Array(kind.metrics.length);
  const rejections = compileValidator(kind)(values, out, pointer) ?? [];
  const accepted = Object.fromEntries(
    kind.metrics
      .map((metric, index) => [metric.name, out[index]!] as const)
      .filter(([, value]) => !Number.isNaN(value)),
  );
  return { accepted, rejections };
}

describe('compiled validator', () => {
  it('accepts a sound reading without a single rejection', () => {
    const out = new Float64Array(smartLamppost.metrics.length);
    expect(validateLamppost({ temperature: 23.5, doorOpen: false, vehicles: 12 }, out, '')).toBeNull();
    expect(out[smartLamppost.metrics.findIndex((metric) => metric.name === 'temperature')]).toBe(23.5);
    expect(out[smartLamppost.metrics.findIndex((metric) => metric.name === 'doorOpen')]).toBe(0);
    expect(out[smartLamppost.metrics.findIndex((metric) => metric.name === 'humidity')]).toBeNaN();
  });

  it('stores an enumeration as the index of its label', () => {
    expect(run(smartToilet, { equipment: 'degraded' })).toEqual({ accepted: { equipment: 2 }, rejections: [] });
    expect(run(smartToilet, { equipment: 'broken' }).rejections).toMatchObject([
      {
        code: 'wrong-type',
        pointer: '/values/equipment',
        expected: "one of 'ok', 'maintenance', 'degraded', 'failed'",
      },
    ]);
  });

  it('refuses one bad metric alone and keeps its neighbours', () => {
    const { accepted, rejections } = run(smartLamppost, { temperature: 23.5, humidity: 140, pm25: 12 }, '/3');
    expect(accepted).toEqual({ temperature: 23.5, pm25: 12 });
    expect(rejections).toEqual([
      {
        code: 'out-of-range',
        pointer: '/3/values/humidity',
        detail: 'humidity is 140, which is outside 0 to 100 %; check the sensor and its unit',
        expected: 'a finite number from 0 to 100 (%)',
        actual: '140',
      },
    ]);
  });

  it('never leaves a value of the last reading in the array', () => {
    const out = new Float64Array(smartLamppost.metrics.length);
    validateLamppost({ temperature: 23.5, humidity: 50 }, out, '');
    validateLamppost({ humidity: 60, temperature: 'warm' }, out, '');
    expect(out.filter((value) => !Number.isNaN(value))).toEqual(new Float64Array([60]));
  });

  it('suggests the metric that was meant', () => {
    expect(
      run(smartLamppost, { Temprature: 20, 'pm2.5': 12, xyzzy: 1 }).rejections.map(({ expected }) => expected),
    ).toEqual(['temperature', 'pm25', 'a metric of smart-lamppost']);
  });

  it('refuses a derived metric of a device, whatever its value, and takes null for absent', () => {
    expect(run(smartLamppost, { aqhi: 4 }).rejections).toMatchObject([
      { code: 'derived-metric', pointer: '/values/aqhi' },
    ]);
    expect(run(smartLamppost, { aqhi: 'x' }).rejections).toMatchObject([{ code: 'derived-metric' }]);
    expect(run(smartLamppost, { aqhi: null, temperature: null })).toEqual({ accepted: {}, rejections: [] });
  });

  it('escapes the metric in the pointer (RFC 6901)', () => {
    expect(run(smartLamppost, { 'a/b~c': 1 }).rejections[0]!.pointer).toBe('/values/a~1b~0c');
  });

  it('lists the first refusals of a hostile reading and counts the others', () => {
    const hostile = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`metric${i}`, i]));
    const { rejections } = run(smartLamppost, hostile);
    expect(rejections).toHaveLength(MAX_LISTED_REJECTIONS + 1);
    expect(rejections.at(-1)!.detail).toMatch(/^9968 more values/);
  });

  it('T12 __proto__, constructor and inherited keys are refused and change nothing', () => {
    const hostile = JSON.parse(
      '{"__proto__": {"polluted": 1}, "constructor": 1, "toString": 2, "hasOwnProperty": 3, "temperature": 20}',
    );
    const { accepted, rejections } = run(smartLamppost, hostile);
    expect(accepted).toEqual({ temperature: 20 });
    expect(rejections.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'unknown-metric /values/__proto__',
      'unknown-metric /values/constructor',
      'unknown-metric /values/toString',
      'unknown-metric /values/hasOwnProperty',
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(run(smartLamppost, Object.create({ temperature: 20 }) as Record<string, unknown>).accepted).toEqual({});
  });

  it.each([
    ['NaN', 'temperature', NaN, 'wrong-type'],
    ['Infinity', 'temperature', Infinity, 'wrong-type'],
    ['1e999', 'temperature', JSON.parse('1e999'), 'wrong-type'],
    ['2^63', 'vehicles', 2 ** 63, 'out-of-range'],
    ['an empty text', 'temperature', '', 'wrong-type'],
    ['a numeric text', 'temperature', '23.5', 'wrong-type'],
    ['true as a number', 'temperature', true, 'wrong-type'],
    ['1 as a truth value', 'doorOpen', 1, 'wrong-type'],
    ['a fraction as a count', 'vehicles', 2.5, 'wrong-type'],
    ['a big integer', 'vehicles', 2n ** 63n, 'wrong-type'],
    ['an array', 'temperature', [23.5], 'wrong-type'],
    ['an object', 'temperature', { value: 23.5 }, 'wrong-type'],
  ])('T13 %s is refused, never rounded', (_name, metric, value, code) => {
    const { accepted, rejections } = run(smartLamppost, { [metric]: value, humidity: 50 });
    expect(accepted).toEqual({ humidity: 50 });
    expect(rejections).toMatchObject([{ code, pointer: `/values/${metric}` }]);
  });

  it('T14 the keys id, data and pattern are keys like any other', () => {
    expect(run(smartToilet, { id: 1, data: { a: 1 }, pattern: 'x', soap: 40 })).toMatchObject({
      accepted: { soap: 40 },
      rejections: [{ code: 'unknown-metric' }, { code: 'unknown-metric' }, { code: 'unknown-metric' }],
    });
    expect(validateToilet({ soap: 40 }, new Float64Array(smartToilet.metrics.length), '')).toBeNull();
  });
});

describe('compiled validator and class-validator', () => {
  const value = fc.oneof(
    fc.double(),
    fc.double({ min: -200, max: 200 }),
    fc.integer({ min: -10, max: 400 }),
    fc.maxSafeInteger(),
    fc.constantFrom(NaN, Infinity, -Infinity, 2 ** 63, -0, '', '1', null, undefined, true, false, 'ok', 'failed', 'OK'),
    fc.string(),
    fc.array(fc.integer()),
    fc.dictionary(fc.string(), fc.integer()),
  );

  it.each(kinds.map((kind) => [kind.name, kind] as const))('agree on every metric of %s', (_name, kind) => {
    const boundary = fc.constantFrom(
      ...kind.metrics.flatMap(({ min, max }) => [min, max, min - 1e-9, max + 1e-9, min + 1, max - 1]),
    );
    // class-validator's whitelist lets names of Object.prototype pass; T12 covers what we do with them.
    const stranger = fc.string().filter((name) => !(name in {}));
    const name = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...kind.metrics.map((metric) => metric.name)) },
      { weight: 1, arbitrary: stranger },
    );
    const validate = compileValidator(kind);
    const out = new Float64Array(kind.metrics.length);
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(value, boundary), { maxKeys: 30, noNullPrototype: true }), (values) => {
        const theirs = validateSync(Object.assign(new kind.payload(), values), {
          whitelist: true,
          forbidNonWhitelisted: true,
          forbidUnknownValues: true,
        });
        const ours = validate(values, out, '') ?? [];
        expect(ours.map(({ pointer }) => pointer).sort()).toEqual(
          theirs.map(({ property }) => `/values/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`).sort(),
        );
        const refused = new Set(theirs.map(({ property }) => property));
        kind.metrics.forEach((metric, index) => {
          const sent = values[metric.name];
          const expected =
            refused.has(metric.name) || sent === null || sent === undefined ? NaN : numberOf(sent, metric.labels);
          expect(out[index]).toBe(expected);
        });
      }),
      { numRuns: 400 },
    );
  });

  function numberOf(sent: unknown, labels: readonly string[] | undefined): number {
    if (labels !== undefined) return labels.indexOf(sent as string);
    return Number(sent);
  }
});

describe('rules that cannot be compiled', () => {
  class Unsupported {
    @IsEmail()
    contact?: string;

    @IsOptional()
    @IsInt()
    unbounded?: number;

    @IsInt()
    @Min(0)
    @Max(2 ** 60)
    huge?: number;

    @IsOptional()
    @IsInt({ each: true })
    @Min(0, { groups: ['a'] })
    @Max(9)
    list?: number[];
  }

  it('stop the start and are all named at once', () => {
    expect(() => readConstraints(Unsupported)).toThrow(
      /Unsupported cannot be compiled[\s\S]*contact: isEmail is not supported[\s\S]*unbounded: needs a finite range[\s\S]*huge: a metric must be optional[\s\S]*safe integers[\s\S]*list: \w+ uses each, groups or validateIf/,
    );
  });
});

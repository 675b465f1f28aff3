import { createTranscoder, type ManagedTranscoder } from './create-transcoder.js';
import { checkDeviceType } from './definition/check-definition.js';
import type { DeviceType } from './definition/device-type.js';

const SCRIPT = `
function decodeUplink(input) {
  if (input.bytes.length === 0) return { errors: ['empty frame', 'send again'] };
  return { data: { t: input.bytes[0] / 10, mv: input.bytes[1] * 20, at: input.recvTime.toISOString() }, warnings: input.bytes[0] > 200 ? ['hot'] : [] };
}
function normalizeUplink(input) { return { data: { air: { temperature: input.data.t } } }; }`;

function typeOf(change: object, script: string | null = SCRIPT): DeviceType {
  const definition = {
    id: 'acme-th-1',
    vendor: 'Acme',
    model: 'TH',
    version: '1',
    kind: 'lpwan-node',
    fields: { temperature: { source: 't', unit: '[degF]' } },
    ...change,
  };
  const { type, faults } = checkDeviceType({ definition, script, examples: [] });
  if (type === undefined) throw new Error(JSON.stringify(faults));
  return type;
}

const uplink = (...bytes: number[]) => ({ bytes: Uint8Array.from(bytes), fPort: 2, receivedAt: 1_700_000_000_000 });

describe('the transcoder', () => {
  let transcoder: ManagedTranscoder;
  beforeAll(() => {
    transcoder = createTranscoder({
      types: [
        typeOf({}),
        typeOf({ id: 'acme-normal', normalized: true, fields: { temperature: '/air/temperature' } }),
        typeOf({ id: 'acme-mapped', fields: { temperature: 'object.t' } }, null),
        typeOf({ id: 'acme-odd' }, 'Object.prototype.toJSON = () => null; function decodeUplink() { return {}; }'),
        typeOf({ id: 'acme-silent' }, 'function decodeUplink() { return {}; }'),
        typeOf(
          { id: 'acme-sum', fields: { temperature: 'sum' } },
          'function decodeUplink(i) { return { data: { sum: i.bytes.reduce((a, b) => a + b, i.fPort + i.recvTime.getTime() / 1e12) } }; }',
        ),
        typeOf(
          { id: 'acme-deep', fields: undefined },
          'function decodeUplink() { let d = 1; for (let i = 0; i < 20; i++) d = { d }; return { data: d }; }',
        ),
      ],
      policy: { workers: 1 },
    });
  });
  afterAll(() => transcoder.close());

  it('knows its types', () => {
    expect(transcoder.find('acme-th-1')).toEqual({ kind: 'lpwan-node', decodesRaw: true, normalized: false });
    expect(transcoder.find('acme-mapped')).toEqual({ kind: 'lpwan-node', decodesRaw: false, normalized: false });
    expect(transcoder.find('nobody')).toBeUndefined();
  });

  it('turns payloads into metrics of the kind, in order', async () => {
    const results = await transcoder.decode('acme-th-1', [uplink(50, 1), uplink(), uplink(212, 1)]);
    expect(results).toMatchObject([
      { readings: [{ values: { temperature: expect.closeTo(-15, 6) as number } }], rejections: [], warnings: [] },
      {
        rejections: [
          { code: 'codec-errors', detail: 'empty frame' },
          { code: 'codec-errors', detail: 'send again' },
        ],
      },
      { readings: [{ values: { temperature: expect.closeTo(-6, 6) as number } }], warnings: ['hot'] },
    ]);
  });

  it('gives a script every byte, batch after batch, also of payloads that are longer than a frame of LoRaWAN', async () => {
    for (const lengths of [
      [0, 242, 255, 256, 300],
      [300, 1, 2],
    ]) {
      const results = await transcoder.decode(
        'acme-sum',
        lengths.map((length) => uplink(...Array<number>(length).fill(1))),
      );
      expect(results).toMatchObject(
        lengths.map((length) => ({ readings: [{ values: { temperature: length + 3.7 } }] })),
      );
    }
  });

  it('maps what normalizeUplink returned when the type asks for it', async () => {
    expect(await transcoder.decode('acme-normal', [uplink(205)])).toMatchObject([
      { readings: [{ values: { temperature: 20.5 } }] },
    ]);
  });

  it('maps an object that the network server decoded', () => {
    expect(transcoder.map('acme-mapped', { object: { t: 21 } }, { receivedAt: 0 })).toMatchObject({
      readings: [{ values: { temperature: 21 } }],
    });
  });

  it.each([
    ['nobody', 'unknown-device-type'],
    ['acme-mapped', 'unsupported-event'],
    ['acme-silent', 'codec-output'],
    ['acme-deep', 'codec-output'],
    ['acme-odd', 'codec-output'],
  ])('refuses a raw payload of %s as %s', async (type, code) => {
    expect(await transcoder.decode(type, [uplink(1)])).toMatchObject([{ readings: [], rejections: [{ code }] }]);
  });

  it('follows its types', async () => {
    const changing = createTranscoder({ types: [typeOf({})], policy: { workers: 1 } });
    try {
      changing.use([typeOf({ id: 'other' })]);
      expect(changing.find('acme-th-1')).toBeUndefined();
      expect(await changing.decode('other', [uplink(50)])).toMatchObject([{ readings: [{ values: {} }] }]);
    } finally {
      await changing.close();
    }
  });
});

import { PATIENCE_MS } from '#core/testing';
import { checkDeviceType } from '../definition/check-definition.js';
import { ScriptPool } from '../sandbox/script-pool.js';
import { readExamples } from './example.js';
import { type ExampleResult, runExamples } from './run-examples.js';
import { tryPayload } from './try-payload.js';

const { type } = checkDeviceType({
  definition: {
    id: 'logger',
    vendor: 'V',
    model: 'M',
    version: '1',
    kind: 'pipe-logger',
    fields: { flow: 'q', battery: 'b' },
    records: ['', 'log'],
    time: { source: 'age', format: 'age', unit: 'h' },
  },
  script: `function decodeUplink(input) {
    return { data: { b: input.bytes[0], log: input.bytes.slice(1).map(function (q, i) { return { age: i + 1, q: q }; }) } };
  }`,
  examples: [],
});

const INPUT = { fPort: 1, bytes: '5A 07 08', recvTime: '2026-05-01T08:00:00Z' };
const OUTPUT = { data: { b: 90, log: [{ age: 1, q: 7 }, { age: 2, q: 8 }] } }; // prettier-ignore
const READINGS = [
  { time: '2026-05-01T14:00:00+08:00', values: { flow: 8 } },
  { time: '2026-05-01T07:00:00Z', values: { flow: 7 } },
  { values: { battery: 90 } },
];

describe('examples with several readings', () => {
  let pool: ScriptPool;
  beforeAll(() => (pool = new ScriptPool({ policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } })));
  afterAll(() => pool.close());

  const run = async (expected: object): Promise<ExampleResult> => {
    const { examples, faults } = readExamples([{ input: INPUT, output: OUTPUT, ...expected }]);
    expect(faults).toEqual([]);
    return (await runExamples(pool, type!.script!, examples, type))[0]!;
  };

  it('pass when all are as stated, in order of time', async () => {
    expect(await run({ readings: READINGS })).toMatchObject({ passed: true, differences: [] });
  });

  it.each<[string, object, unknown[]]>([
    ['a value', { readings: [{ ...READINGS[0], values: { flow: 9 } }, ...READINGS.slice(1)] }, [{ path: '/readings/0/values/flow', expected: '9', actual: '8' }]], // prettier-ignore
    ['a time', { readings: [READINGS[0], { ...READINGS[1], time: '2026-05-01T07:00:01Z' }, READINGS[2]] }, [{ path: '/readings/1/time', expected: '"2026-05-01T07:00:01.000Z"', actual: '"2026-05-01T07:00:00.000Z"' }]], // prettier-ignore
    ['a time that is none', { readings: [READINGS[0], READINGS[1], { ...READINGS[2], time: '2026-05-01T08:00:00Z' }] }, [{ path: '/readings/2/time', expected: '"2026-05-01T08:00:00.000Z"' }]], // prettier-ignore
    ['one that is missing', { readings: READINGS.slice(0, 2) }, [{ path: '/readings/2', actual: '{"values":{"battery":90}}' }]], // prettier-ignore
  ])('fail by %s', async (_, expected, differences) => {
    expect(await run(expected)).toMatchObject({ passed: false, differences });
  });

  it('fail when only one reading is stated', async () => {
    const { passed, differences } = await run({ reading: { battery: 90 } });
    expect(passed).toBe(false);
    expect(differences.map(({ path }) => path)).toEqual(expect.arrayContaining(['/readings/1', '/readings/2']));
  });

  it.each<[object, RegExp]>([
    [{ reading: {}, readings: [] }, /not both/],
    [{ readings: {} }, /list/],
    [{ readings: [{ flow: 1 }] }, /Reading 0 needs values/],
    [{ readings: [READINGS[0], { time: '2026-05-01T08:00', values: {} }] }, /time of reading 1 must be ISO 8601/],
    [{ readings: [{ time: null, values: {} }] }, /time of reading 0/],
  ])('are refused when they are written as %j', (expected, detail) => {
    const { faults } = readExamples([{ input: INPUT, output: OUTPUT, ...expected }]);
    expect(faults).toEqual([{ pointer: '/0', detail: expect.stringMatching(detail) }]);
  });

  it('a payload that is tried shows all of its readings', async () => {
    const uplink = { bytes: Uint8Array.of(90, 7), fPort: 1, receivedAt: Date.UTC(2026, 4, 1, 8) };
    expect(await tryPayload(pool, type!.script!, uplink, type)).toMatchObject({
      readings: [{ time: '2026-05-01T07:00:00.000Z', values: { flow: 7 } }, { values: { battery: 90 } }],
      rejections: [],
    });
    const { readings, rejections } = await tryPayload(
      pool,
      type!.script!,
      { ...uplink, bytes: new Uint8Array() },
      type,
    );
    expect([readings, rejections.map(({ code }) => code)]).toEqual([[], ['no-values']]);
  });
});

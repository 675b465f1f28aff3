import fc from 'fast-check';
import { checkDeviceType } from '../definition/check-definition.js';
import type { DeviceType } from '../definition/device-type.js';
import type { Transcoded } from '../transcoder.js';
import { mapOutput } from './map-output.js';
import { MAX_RECORDS } from './map-records.js';

const typeWith = (change: object): DeviceType => {
  const definition = { id: 't', vendor: 'V', model: 'M', version: '1', kind: 'pipe-logger', ...change };
  const checked = checkDeviceType({ definition, script: null, examples: [] });
  if (checked.type === undefined) throw new Error(JSON.stringify(checked.faults));
  return checked.type;
};

const RECEIVED = Date.UTC(2026, 4, 1, 8);
const MINUTE = 60_000;
const FIELDS = { waterPressure: { source: 'p', unit: 'bar' }, flow: 'q', battery: 'battery' };
const SECONDS = { source: 't', format: 's' };
const AGES = { source: 'age', format: 'age', unit: 'min' };

const logger = typeWith({ fields: FIELDS, records: ['', 'log.history'], time: SECONDS });
const map = (type: DeviceType, output: unknown): Transcoded => mapOutput(type, output, { receivedAt: RECEIVED });
const timesOf = ({ readings }: Transcoded): unknown[] => readings.map(({ time }) => time);
const refusalsOf = ({ rejections }: Transcoded): unknown[] =>
  rejections.map(({ code, pointer, detail }) => [code, pointer, detail]);
const seconds = (minutesAgo: number): number => RECEIVED / 1000 - minutesAgo * 60;

describe('records of an uplink', () => {
  it('become readings of their own times, in order, and name where they came from', () => {
    const output = { battery: 90, log: { history: [{ t: seconds(15), p: 4, q: 1 }, { t: seconds(30), p: 3.5 }] } }; // prettier-ignore
    expect(map(logger, output)).toEqual({
      readings: [
        {
          pointer: '/log/history/1',
          time: RECEIVED - 30 * MINUTE,
          toleranceMs: 0,
          values: { waterPressure: 350 },
          pointers: new Map([['waterPressure', '/log/history/1/p']]),
        },
        {
          pointer: '/log/history/0',
          time: RECEIVED - 15 * MINUTE,
          toleranceMs: 0,
          values: { waterPressure: 400, flow: 1 },
          pointers: new Map([
            ['waterPressure', '/log/history/0/p'],
            ['flow', '/log/history/0/q'],
          ]),
        },
        { pointer: '', values: { battery: 90 }, pointers: new Map([['battery', '/battery']]) },
      ],
      rejections: [],
      warnings: [],
    });
  });

  it.each<[string, object, unknown[]]>([
    [
      'the output itself',
      { records: '', time: SECONDS },
      [
        { t: seconds(1), p: 1 },
        { t: seconds(2), p: 2 },
      ],
    ],
    ['one record instead of a list', { records: 'last', time: SECONDS }, { last: { t: seconds(1), p: 1 } } as never],
    ['ISO text', { records: '', time: { source: 't', format: 'iso' } }, [{ t: '2026-05-01T15:59:00+08:00', p: 1 }]],
    ['milliseconds', { records: '', time: { source: 't', format: 'ms' } }, [{ t: RECEIVED - MINUTE, p: 1 }]],
    ['ages', { records: '', time: AGES }, [{ age: 1, p: 1 }]],
  ])('are found in, or timed by, %s', (_, change, output) => {
    const mapped = map(typeWith({ fields: FIELDS, ...change }), output);
    expect(mapped.rejections).toEqual([]);
    expect(mapped.readings.at(-1)).toMatchObject({ time: RECEIVED - MINUTE, values: { waterPressure: 100 } });
  });

  it('of normalizeUplink are a list or an object, with the time of its schema', () => {
    const type = typeWith({ normalized: true, fields: { waterPressure: 'water.pressure' } });
    const record = { time: '2026-05-01T07:59:00Z', water: { pressure: 5 } };
    const expected = [{ time: RECEIVED - MINUTE, toleranceMs: 0, values: { waterPressure: 5 } }];
    expect(map(type, record).readings).toMatchObject(expected);
    expect(map(type, [record]).readings).toMatchObject(expected);
    expect(map(type, [{ water: { pressure: 5 } }]).readings).toEqual([
      { pointer: '/0', values: { waterPressure: 5 }, pointers: new Map([['waterPressure', '/0/water/pressure']]) },
    ]);
  });

  it('by name have no metric called as their time', () => {
    const type = typeWith({ records: '', time: SECONDS });
    expect(map(type, [{ t: seconds(1), flow: 3 }]).readings).toMatchObject([{ values: { flow: 3 } }]);
    expect(Object.keys(map(type, [{ t: seconds(1), flow: 3 }]).readings[0]!.values)).toEqual(['flow']);
  });

  it('of one time are one reading, unless they contradict each other', () => {
    const t = seconds(5);
    const mapped = map(logger, {
      log: {
        history: [
          { t, p: 1 },
          { t, q: 2 },
          { t, p: 1 },
          { t, p: 3 },
        ],
      },
    });
    expect(mapped.readings).toMatchObject([{ pointer: '/log/history/0', values: { waterPressure: 100, flow: 2 } }]);
    expect(refusalsOf(mapped)).toEqual([
      [
        'bad-time',
        '/log/history/3/p',
        "Record 3 has another value of 'waterPressure' for the time of a record before it.",
      ],
    ]);
  });

  it('that are bad are refused alone, by their index', () => {
    const history = [{ t: 'noon', p: 1 }, 7, { t: seconds(1) }, { t: seconds(2), p: 2 }];
    const mapped = map(logger, { log: { history } });
    expect(timesOf(mapped)).toEqual([RECEIVED - 2 * MINUTE]);
    expect(refusalsOf(mapped)).toEqual([
      ['bad-time', '/log/history/0/t', 'Record 0: The time that the codec gives cannot be read.'],
      ['codec-output', '/log/history/1', 'Record 1 is no object.'],
      ['no-values', '/log/history/2', 'Record 2 carries no value.'],
    ]);
  });

  it.each([-1, '5', Number.MAX_VALUE])('refuse the age %j', (age) => {
    const mapped = map(typeWith({ fields: FIELDS, records: '', time: AGES }), [{ age, p: 1 }]);
    expect(mapped).toMatchObject({
      readings: [],
      rejections: [{ code: 'bad-time', expected: 'an age in min, at least 0' }],
    });
  });

  it.each<[string, unknown, string]>([
    ['none at all', { log: { history: [] } }, 'no-values'],
    ['no place', {}, 'no-values'],
    ['text where they should be', { log: { history: 'none' } }, 'codec-output'],
    ['too many', { log: { history: Array(MAX_RECORDS + 1).fill({ t: 1, p: 1 }) } }, 'codec-output'],
  ])('refuse an uplink with %s', (_, output, code) => {
    expect(map(logger, output)).toMatchObject({ readings: [], rejections: [{ code }] });
    expect(map(logger, output).rejections).toHaveLength(1);
  });

  it('are as many as a frame can carry', () => {
    const history = Array.from({ length: MAX_RECORDS }, (_, i) => ({ t: seconds(i), p: 1 }));
    expect(map(logger, { log: { history } }).readings).toHaveLength(MAX_RECORDS);
  });

  it('that are timed by ages are told apart in their uplink, however close they are', () => {
    const type = typeWith({ fields: FIELDS, records: '', time: AGES });
    const tolerances = (...ages: number[]): unknown[] =>
      map(type, ages.map((age) => ({ age, p: 1 }))).readings.map(({ toleranceMs }) => toleranceMs); // prettier-ignore
    expect(tolerances(0)).toEqual([30_000]);
    expect(tolerances(0, 15, 30)).toEqual([30_000, 30_000, 30_000]);
    expect(tolerances(0, 0.5, 15)).toEqual([15_000, 15_000, 15_000]);
    const stated = typeWith({ fields: FIELDS, records: '', time: { ...AGES, toleranceMs: 60_000 } });
    expect(map(stated, [{ age: 4, p: 1 }]).readings).toMatchObject([{ toleranceMs: 60_000 }]);
  });

  it('leave the reading of their frame a time of its own', () => {
    const mapped = map(logger, { battery: 90, log: { history: [{ t: seconds(0), p: 4 }] } });
    expect(mapped.readings).toMatchObject([
      { time: RECEIVED, toleranceMs: 0, values: { waterPressure: 400 } },
      { time: RECEIVED + 1, values: { battery: 90 } },
    ]);
    expect(mapped.readings[1]).not.toHaveProperty('toleranceMs');
  });

  it('never make it throw, and are always accounted for', () => {
    const types = [
      logger,
      typeWith({ records: '', time: AGES }),
      typeWith({ normalized: true }),
      typeWith({ fields: FIELDS, records: ['', 'log'], time: { source: 't', format: 'iso' } }),
    ];
    const record = fc.dictionary(fc.oneof(fc.constantFrom('t', 'age', 'p', 'q', 'time', 'flow'), fc.string()), fc.jsonValue()); // prettier-ignore
    const output = fc.oneof(
      fc.jsonValue(),
      fc.array(record),
      fc.record({ battery: fc.jsonValue(), log: fc.oneof(fc.array(record), fc.record({ history: fc.array(record) })) }),
    );
    fc.assert(
      fc.property(output, (value) => {
        for (const type of types) {
          const { readings, rejections } = map(type, value);
          expect(readings.length + rejections.length).toBeGreaterThan(0);
          const times = readings.map(({ time }) => time ?? RECEIVED);
          expect(times).toEqual([...times].sort((a, b) => a - b));
          for (const { values, pointers } of readings)
            expect(new Set(Object.keys(values))).toEqual(new Set(pointers.keys()));
        }
      }),
    );
  });
});

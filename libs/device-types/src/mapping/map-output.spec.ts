import fc from 'fast-check';
import { checkDeviceType } from '../definition/check-definition.js';
import type { DeviceType } from '../definition/device-type.js';
import type { Transcoded } from '../transcoder.js';
import { mapOutput } from './map-output.js';

const typeWith = (change: object): DeviceType => {
  const definition = { id: 't', vendor: 'V', model: 'M', version: '1', kind: 'litter-bin', ...change };
  const checked = checkDeviceType({ definition, script: null, examples: [] });
  if (checked.type === undefined) throw new Error(JSON.stringify(checked.faults));
  return checked.type;
};

const bin = typeWith({
  fields: {
    fill: { source: 'level', scale: -0.5, offset: 100, round: 1 },
    insideTemperature: { source: '/env/temp~1F', unit: '[degF]' },
    overturned: { source: 'tilt', values: { tilted: true, upright: false } },
    moved: 'moved',
    battery: { source: 'battery', ports: [1] },
  },
  time: { source: 'at', format: 's' },
});

const RECEIVED = Date.UTC(2026, 4, 1, 8);
const map = (type: DeviceType, output: unknown, fPort?: number, warnings?: readonly string[]): Transcoded =>
  mapOutput(type, output, { fPort, receivedAt: RECEIVED }, warnings);

describe('mapping', () => {
  it('brings fields into the units of the kind', () => {
    const output = {
      level: '80.25',
      env: { 'temp/F': 212 },
      tilt: 'upright',
      moved: 1,
      battery: 90,
      at: 1_700_000_000.5,
    };
    expect(map(bin, output, 2, ['low'])).toEqual({
      readings: [
        {
          pointer: '',
          values: { fill: 59.9, insideTemperature: 100, overturned: false, moved: true },
          pointers: new Map([
            ['fill', '/level'],
            ['insideTemperature', '/env/temp~1F'],
            ['overturned', '/tilt'],
            ['moved', '/moved'],
          ]),
          time: 1_700_000_000_500,
        },
      ],
      rejections: [],
      warnings: ['low'],
    });
  });

  it('leaves to the validator what cannot be converted', () => {
    expect(map(bin, { level: 'high', tilt: 'sideways', moved: 2, battery: null }, 1)).toMatchObject({
      readings: [{ values: { fill: 'high', overturned: 'sideways', moved: 2 } }],
    });
  });

  it.each(['', ' ', '0x10', 'Infinity', '1e999', '12 %'])('T13 takes the text %j for no number', (level) => {
    expect(map(bin, { level })).toMatchObject({ readings: [{ values: { fill: level } }] });
  });

  it('refuses a time that it cannot read', () => {
    expect(map(bin, { at: 'noon' })).toMatchObject({ rejections: [{ code: 'bad-time', pointer: '/at' }] });
  });

  it('reads telemetry only from the ports of the type', () => {
    const type = typeWith({ ports: [2] });
    expect(map(type, { fill: 1 }, 3)).toMatchObject({ rejections: [{ code: 'unsupported-event' }] });
    expect(map(type, { fill: 1 }, 2)).toMatchObject({ readings: [{ values: { fill: 1 } }] });
  });

  it('without fields takes members by name, nested ones by path', () => {
    const { readings } = map(typeWith({}), { fill: 5, env: { deep: [1] }, none: null });
    expect(readings.map(({ values }) => values)).toEqual([{ fill: 5, 'env.deep.0': 1 }]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('T12 refuses the key %s', (key) => {
    const output = JSON.parse(`{"a": {"${key}": {"polluted": true}}}`) as object;
    expect(map(typeWith({}), output)).toMatchObject({
      rejections: [{ code: 'forbidden-key', pointer: `/a/${key}` }],
    });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('never throws, whatever a codec returns', () => {
    const types = [bin, typeWith({}), typeWith({ ports: [1], time: { source: 'at', format: 'iso' } })];
    const output = fc.dictionary(
      fc.oneof(fc.constantFrom('level', 'env', 'tilt', 'moved', 'battery', 'at', '__proto__'), fc.string()),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(output, fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }), (value, fPort) => {
        for (const type of types) {
          const result = map(type, value, fPort);
          for (const { values, pointers } of result.readings)
            expect(new Set(Object.keys(values))).toEqual(new Set(pointers.keys()));
          expect(result.readings.length + result.rejections.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

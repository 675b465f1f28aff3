import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RAW_FORMATS } from './raw-frames.js';

interface Example {
  readonly type: string;
  readonly input: { readonly fPort: number; readonly bytes: string };
  readonly reading?: Readonly<Record<string, number | boolean>>;
}

describe.each([...RAW_FORMATS])('frames of a %s', (kind, { deviceType, fPort, encode }) => {
  const file = (name: string): unknown =>
    JSON.parse(readFileSync(resolve('device-types', deviceType, `${name}.json`), 'utf8'));

  it('belong to a device type of the kind', () => {
    expect(file('device-type')).toMatchObject({ id: deviceType, kind });
  });

  it('are packed as the examples of the device type are read', () => {
    const examples = (file('examples') as Example[]).filter(
      ({ type, input, reading }) => type === 'uplink' && input.fPort === fPort && reading !== undefined,
    );
    expect(examples.length).toBeGreaterThan(0);
    for (const { input, reading } of examples)
      expect([...encode(reading!)]).toEqual(input.bytes.split(' ').map((byte) => parseInt(byte, 16)));
  });

  it('stay frames at the ends of the ranges', () => {
    expect(encode({ fill: 100, insideTemperature: 200, overturned: true, battery: 100 })).toEqual(
      Buffer.from([0, 0, 127, 1, 254]),
    );
    expect(encode({})).toHaveLength(5);
  });
});

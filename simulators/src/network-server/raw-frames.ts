import type { Values } from '../scenarios/scenario-run.js';

/** How devices of one make pack their values, and the device type by which the platform reads them. */
export interface RawFormat {
  /** Id of a device type that comes with the platform. */
  readonly deviceType: string;
  readonly fPort: number;
  encode(values: Values): Buffer;
}

const BIN_DEPTH_MM = 1_000;

/**
 * Kinds of which the network server has no codec: it hands on the bytes, and the platform decodes them. A platform that does
 * not know the device type gets the object instead; see `Provisioner.deviceTypes`.
 */
export const RAW_FORMATS: ReadonlyMap<string, RawFormat> = new Map([
  [
    'litter-bin',
    { deviceType: 'generic-ultrasonic-litter-bin', fPort: 2, encode: encodeUltrasonicBin } satisfies RawFormat,
  ],
]);

/** Distance to the contents in millimetres, temperature in degrees, tilt flag, battery from 0 to 254. */
function encodeUltrasonicBin({ fill, insideTemperature, overturned, battery }: Values): Buffer {
  const frame = Buffer.alloc(5);
  frame.writeUInt16BE(BIN_DEPTH_MM - Math.round(numberOf(fill) * (BIN_DEPTH_MM / 100)), 0);
  frame.writeInt8(Math.round(Math.min(127, Math.max(-128, numberOf(insideTemperature)))), 2);
  frame.writeUInt8(overturned === true ? 1 : 0, 3);
  frame.writeUInt8(Math.round(numberOf(battery) * 2.54), 4);
  return frame;
}

function numberOf(value: Values[string] | undefined): number {
  return typeof value === 'number' ? value : 0;
}

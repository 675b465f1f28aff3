import type { SeededRandoms } from './random.js';

/** A native reading before it is turned into text. */
export interface SoundReading {
  readonly ts: number;
  readonly seq: number;
  readonly boot: string;
  readonly values: Readonly<Record<string, number | boolean | string>>;
}

/** Ways in which devices in the field were seen to break a reading. Each must end as a dead letter with its own reason. */
const SPOILERS: readonly ((reading: SoundReading) => string)[] = [
  // Cut off, as by a modem with a short buffer.
  (reading) => JSON.stringify(reading).slice(0, -7),
  // One metric as text; the others are sound.
  (reading) => JSON.stringify({ ...reading, values: { ...reading.values, [firstOf(reading)]: 'n/a' } }),
  // One metric of a broken sensor at the end of its scale.
  (reading) => JSON.stringify({ ...reading, values: { ...reading.values, [firstOf(reading)]: -99_999 } }),
  // A metric of the next firmware.
  (reading) => JSON.stringify({ ...reading, values: { ...reading.values, firmwareMood: 1 } }),
  // The clock a day ahead, as after a wrong time zone twice.
  (reading) => JSON.stringify({ ...reading, ts: reading.ts + 86_400_000 }),
  // The clock of a device that never synchronised.
  (reading) => JSON.stringify({ ...reading, ts: reading.seq * 1000 }),
  () => '',
];

export function spoil(reading: SoundReading, random: Pick<SeededRandoms, 'pick'>): string {
  return random.pick(SPOILERS)(reading);
}

function firstOf(reading: SoundReading): string {
  return Object.keys(reading.values)[0]!;
}

/** A telemetry message of a smart lamppost with ten metrics, whose time and sequence have a fixed width and place. */
export interface PayloadTemplate {
  readonly bytes: Buffer;
  readonly timeAt: number;
  readonly sequenceAt: number;
}

/** Thirteen digits until 2286. */
const TIME_DIGITS = 13;
/** JSON has no leading zeros, so sequences start where ten digits do. */
export const FIRST_SEQUENCE = 1_000_000_000;
const SEQUENCE_DIGITS = 10;

/** Metrics in one message, which is what "readings" counts in the report. */
export const METRICS_PER_MESSAGE = 10;

export function lamppostPayload(boot: string, random: () => number): PayloadTemplate {
  const within = (low: number, high: number, digits: number): number =>
    Number((low + (high - low) * random()).toFixed(digits));
  const values = {
    temperature: within(15, 33, 1),
    humidity: within(55, 95, 1),
    pressure: within(1002, 1018, 1),
    windSpeed: within(0, 9, 1),
    windDirection: within(0, 359, 0),
    rainfall: within(0, 3, 1),
    // Below the limits of the alarms: the load is a quiet city, and every message is still evaluated.
    pm25: within(8, 40, 1),
    pm10: within(15, 60, 1),
    noise: within(55, 75, 1),
    illuminance: within(0, 20_000, 0),
  };
  const text = JSON.stringify({ ts: 10 ** (TIME_DIGITS - 1), seq: FIRST_SEQUENCE, boot, values });
  return { bytes: Buffer.from(text), timeAt: text.indexOf('"ts":') + 5, sequenceAt: text.indexOf('"seq":') + 6 };
}

export function writeTime(bytes: Uint8Array, at: number, time: number): void {
  writeDigits(bytes, at, TIME_DIGITS, time);
}

export function writeSequence(bytes: Uint8Array, at: number, sequence: number): void {
  writeDigits(bytes, at, SEQUENCE_DIGITS, sequence);
}

function writeDigits(bytes: Uint8Array, at: number, digits: number, value: number): void {
  let left = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const rest = Math.floor(left / 10);
    bytes[i] = 48 + (left - rest * 10);
    left = rest;
  }
}

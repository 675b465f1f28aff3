import { ReadingBatchBuilder, type DeviceIdentity } from '#core';
import { findKind, kinds } from '#kinds';
import { storeSchemaOf, type TelemetryStore } from '#timeseries';
import { DEPARTMENT, KIND } from './fleet.js';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
const ROWS_A_COMMIT = 20_000;

export const SCHEMA = storeSchemaOf(kinds);

/** What one device measures, minute by minute: values that drift as weather and traffic do, rounded as sensors do. */
class Drift {
  private readonly phase = Math.random() * 0.5;
  private readonly offsets = new Map<string, number>();

  at(time: number): Record<string, number> {
    const hour = ((time / 3_600_000) % 24) + this.phase;
    const day = Math.sin(((hour - 9) / 24) * 2 * Math.PI);
    return {
      temperature: this.step('temperature', 24 + 4 * day, 0.1, 1),
      humidity: this.step('humidity', 78 - 10 * day, 0.4, 1),
      pressure: this.step('pressure', 1011, 0.05, 1),
      windSpeed: Math.max(0, this.step('windSpeed', 3, 0.3, 1)),
      windDirection: Math.abs(this.step('windDirection', 180, 5, 0)) % 360,
      rainfall: 0,
      pm25: Math.max(1, this.step('pm25', 22 + 6 * day, 0.5, 1)),
      pm10: Math.max(1, this.step('pm10', 34 + 8 * day, 0.8, 1)),
      noise: Math.max(30, this.step('noise', 64 + 5 * day, 0.7, 1)),
      illuminance: day > 0 ? Math.max(0, this.step('illuminance', 9_000 * day, 80, 0)) : 0,
    };
  }

  /** A walk that is drawn back to `centre`. */
  private step(metric: string, centre: number, size: number, digits: number): number {
    const before = this.offsets.get(metric) ?? 0;
    const after = before * 0.98 + (Math.random() - 0.5) * 2 * size;
    this.offsets.set(metric, after);
    return Number((centre + after).toFixed(digits));
  }
}

const MEASURED = 10;

/**
 * Stores readings of these devices for every minute of the range, in the order in which they would have come.
 * @returns the number of values stored
 */
export async function storeHistory(
  store: TelemetryStore,
  ids: readonly string[],
  from: number,
  to: number,
): Promise<number> {
  const metrics = SCHEMA.find((kind) => kind.kind === KIND)!.metrics;
  const devices = ids.map((id) => ({ identity: identityOf(id), drift: new Drift() }));
  let sequence = 0;
  let builder = new ReadingBatchBuilder(KIND, metrics);
  const commit = async (): Promise<void> => {
    if (builder.length === 0) return;
    await store.commit({
      consumer: 'benchmark',
      readings: [builder.build()],
      deadLetters: [],
      outcomes: [],
      position: null,
    });
    builder = new ReadingBatchBuilder(KIND, metrics);
  };
  for (let minute = from; minute < to; minute += MINUTE) {
    for (const { identity, drift } of devices) {
      const time = minute + (sequence % 1_000);
      const values = drift.at(time);
      const row = Float64Array.from(metrics, (metric) => values[metric] ?? NaN);
      builder.add({
        device: identity,
        time,
        receivedAt: time + 150,
        boot: 'a1',
        seq: sequence,
        sequence: sequence++,
        values: row,
      });
    }
    if (builder.length >= ROWS_A_COMMIT) await commit();
  }
  await commit();
  return sequence * MEASURED;
}

function identityOf(id: string): DeviceIdentity {
  if (findKind(KIND) === undefined) throw new Error(`this release has no kind ${KIND}`);
  return { id, kind: KIND, department: DEPARTMENT, district: 'E', latitude: 22.315, longitude: 114.17 };
}

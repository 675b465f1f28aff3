import { ReadingBatchBuilder } from '#core';
import type { DeviceIdentity, ReadingBatch } from '#core';
import { kinds } from '#kinds';
import { storeSchemaOf } from '#timeseries';
import type { TelemetryStore } from '#timeseries';

export interface StoredRow {
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
}

export function batchOf(device: DeviceIdentity, rows: readonly StoredRow[], firstSequence = 0): ReadingBatch {
  const { metrics } = storeSchemaOf(kinds).find(({ kind }) => kind === device.kind)!;
  const builder = new ReadingBatchBuilder(device.kind, metrics);
  rows.forEach(({ time, values }, index) =>
    builder.add({
      device,
      time,
      receivedAt: time + 100,
      boot: null,
      seq: null,
      sequence: firstSequence + index,
      values: Float64Array.from(metrics, (name) => values[name] ?? NaN),
    }),
  );
  return builder.build();
}

/** Puts rows of one device into the store, as ingest would. */
export async function storeRows(
  store: TelemetryStore,
  device: DeviceIdentity,
  rows: readonly StoredRow[],
  firstSequence = 0,
): Promise<void> {
  const batch = batchOf(device, rows, firstSequence);
  const nextSequence = firstSequence + rows.length;
  await store.commit({
    consumer: 'ingest',
    readings: [batch],
    deadLetters: [],
    outcomes: [
      {
        source: device.id,
        hour: Math.floor(rows[0]!.time / 3_600_000),
        stored: rows.length,
        duplicates: 0,
        deadLetters: {},
      },
    ],
    position: { next: { frame: nextSequence + 1, index: 0 }, nextSequence },
  });
}

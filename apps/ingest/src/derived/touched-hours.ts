import type { DeviceIdentity, ReadingBatch } from '#core';

export const HOUR_MS = 3_600_000;

/** Hours (since the epoch) of each device whose inputs have changed since the index was last computed from them. */
export class TouchedHours {
  private readonly devices = new Map<string, { identity: DeviceIdentity; readonly hours: Set<number> }>();

  get size(): number {
    return this.devices.size;
  }

  /** Marks the hours of all rows that carry one of the metrics. */
  markBatch(batch: ReadingBatch, metrics: readonly string[]): void {
    const columns = metrics.flatMap((metric) => {
      const index = batch.metrics.indexOf(metric);
      return index < 0 ? [] : [batch.columns[index]!];
    });
    if (columns.length === 0) return;
    const lastHour = new Float64Array(batch.devices.length).fill(NaN);
    for (let row = 0; row < batch.length; row++) {
      const device = batch.device[row]!;
      const hour = Math.floor(batch.time[row]! / HOUR_MS);
      if (lastHour[device] === hour || columns.every((column) => Number.isNaN(column[row]!))) continue;
      lastHour[device] = hour;
      this.mark(batch.devices[device]!, hour);
    }
  }

  mark(identity: DeviceIdentity, hour: number): void {
    const touched = this.devices.get(identity.id);
    if (touched === undefined) {
      this.devices.set(identity.id, { identity, hours: new Set([hour]) });
    } else {
      touched.identity = identity;
      touched.hours.add(hour);
    }
  }

  /** The touched hours that are over, by device; they stay marked until {@link settle}. */
  ended(before: number): { readonly identity: DeviceIdentity; readonly hours: readonly number[] }[] {
    const found: { identity: DeviceIdentity; hours: number[] }[] = [];
    for (const { identity, hours } of this.devices.values()) {
      const over = [...hours].filter((hour) => (hour + 1) * HOUR_MS <= before);
      if (over.length > 0) found.push({ identity, hours: over });
    }
    return found;
  }

  settle(device: string, hours: readonly number[]): void {
    const touched = this.devices.get(device);
    if (touched === undefined) return;
    for (const hour of hours) touched.hours.delete(hour);
    if (touched.hours.size === 0) this.devices.delete(device);
  }
}

import type { DeviceIdentity, ReadingBatch } from '#core';

export const HOUR_MS = 3_600_000;

/** Hours (since the epoch) of one device whose inputs have changed. */
export interface TouchedDevice {
  readonly identity: DeviceIdentity;
  readonly hours: readonly number[];
}

/** Which hours of which devices have got new inputs since they were last taken to be computed. */
export class TouchedHours {
  private readonly byHour = new Map<number, Map<string, DeviceIdentity>>();

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
    let devices = this.byHour.get(hour);
    if (devices === undefined) this.byHour.set(hour, (devices = new Map()));
    devices.set(identity.id, identity);
  }

  /** Takes the marks of all hours that ended by this time; what is marked from now on has to be computed again. */
  takeEnded(by: number): TouchedDevice[] {
    const taken = new Map<string, { readonly identity: DeviceIdentity; readonly hours: number[] }>();
    for (const [hour, devices] of this.byHour) {
      if ((hour + 1) * HOUR_MS > by) continue;
      this.byHour.delete(hour);
      for (const identity of devices.values()) {
        const device = taken.get(identity.id);
        if (device === undefined) taken.set(identity.id, { identity, hours: [hour] });
        else device.hours.push(hour);
      }
    }
    return [...taken.values()];
  }

  /** Marks again what was taken but could not be computed. */
  giveBack(devices: readonly TouchedDevice[]): void {
    for (const { identity, hours } of devices) for (const hour of hours) this.mark(identity, hour);
  }
}

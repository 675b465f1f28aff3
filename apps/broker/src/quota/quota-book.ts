import { type Clock, type Quota, QuotaMeter, type QuotaUsage } from '#core';

/** Meters of devices that sent nothing for this long are forgotten, when they have nothing to remember. */
const IDLE_MS = 86_400_000;

interface Entry {
  readonly meter: QuotaMeter;
  /** Monotonic. */
  usedAt: number;
  connections: number;
}

/**
 * One meter for each device, whatever its connections do: a device that is held back and reconnects finds its debt where it
 * was.
 */
export class QuotaBook {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly clock: Clock) {}

  /** The meter of a device that connects. Give it back with {@link left}. */
  joined(device: string, quota: Quota): QuotaMeter {
    const now = this.clock.monotonic();
    let entry = this.entries.get(device);
    if (entry === undefined)
      this.entries.set(device, (entry = { meter: new QuotaMeter(quota, now), usedAt: now, connections: 0 }));
    else entry.meter.change(quota, now);
    entry.connections++;
    entry.usedAt = now;
    return entry.meter;
  }

  left(device: string): void {
    const entry = this.entries.get(device);
    if (entry === undefined) return;
    entry.connections--;
    entry.usedAt = this.clock.monotonic();
  }

  /** Takes over another quota, for open connections as well. */
  change(device: string, quota: Quota): void {
    this.entries.get(device)?.meter.change(quota, this.clock.monotonic());
  }

  usage(device: string): QuotaUsage | null {
    return this.entries.get(device)?.meter.usage(this.clock.monotonic()) ?? null;
  }

  quota(device: string): Quota | null {
    return this.entries.get(device)?.meter.quota ?? null;
  }

  look(device: string): { readonly quota: Quota; readonly usage: QuotaUsage } | null {
    const usage = this.usage(device);
    return usage === null ? null : { quota: this.quota(device)!, usage };
  }

  /** Devices that are held back now. */
  throttled(): number {
    const now = this.clock.monotonic();
    let count = 0;
    for (const { meter } of this.entries.values()) if (meter.isThrottled(now)) count++;
    return count;
  }

  forgetIdle(): void {
    const before = this.clock.monotonic() - IDLE_MS;
    for (const [device, { connections, usedAt }] of this.entries)
      if (connections <= 0 && usedAt < before) this.entries.delete(device);
  }
}

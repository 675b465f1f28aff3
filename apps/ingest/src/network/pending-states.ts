import type { Clock } from '#core';
import { combinedChange, type DeviceStateChange, type NetworkState } from '#registry';
import { hashText } from '../duplicates/recent-readings.js';

/** Uplinks change the state of a device in the registry at most this often. */
const UPLINKS_EVERY_MS = 30_000;
/** How often it is looked whether something that waited is due. */
const LOOK_EVERY_MS = 1_000;

interface Written {
  /** Monotonic. */
  readonly at: number;
  /** See `routeOf`; 0 while none is known. */
  readonly route: number;
}

/**
 * Gathers changes of device state for the registry. What a person waits for (joins, battery, log, downlinks, another way to the device)
 * is written with its batch; that a device was heard once more is written every half minute, because a city's uplinks are far more
 * than a registry should write. So `lastUplinkAt` may be half a minute behind, and after a crash until the next uplink; readings are not.
 */
export class PendingStates {
  private due: DeviceStateChange[] = [];
  private readonly waiting = new Map<string, DeviceStateChange>();
  private readonly written = new Map<string, Written>();
  private lookedAt = -Infinity;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  add(change: DeviceStateChange): void {
    this.due.push(change);
  }

  addUplink(change: DeviceStateChange): void {
    const { device, network } = change;
    const now = this.clock.monotonic();
    const last = this.written.get(device);
    const route = network === undefined ? (last?.route ?? 0) : routeOf(network);
    const before = this.waiting.get(device);
    const combined = before === undefined ? change : combinedChange(before, change);
    if (last === undefined || last.route !== route || now - last.at >= UPLINKS_EVERY_MS) {
      this.waiting.delete(device);
      this.written.set(device, { at: now, route });
      this.due.push(combined);
    } else {
      this.waiting.set(device, combined);
    }
  }

  /** What is to be written with this batch. */
  take(): readonly DeviceStateChange[] {
    const now = this.clock.monotonic();
    if (this.waiting.size > 0 && now - this.lookedAt >= LOOK_EVERY_MS) {
      this.lookedAt = now;
      for (const [device, change] of this.waiting) {
        const { at, route } = this.written.get(device)!;
        if (now - at < UPLINKS_EVERY_MS) continue;
        this.waiting.delete(device);
        this.written.set(device, { at: now, route });
        this.due.push(change);
      }
    }
    if (this.due.length === 0) return NOTHING;
    const changes = this.due;
    this.due = [];
    return changes;
  }
}

const NOTHING: readonly DeviceStateChange[] = [];

/**
 * What a downlink needs to know: when it changes, waiting would send it the wrong way. A hash, since there is one for each device of a city;
 * should two routes of one device ever share it, the change is written half a minute later.
 */
function routeOf({ server, source, application, tenant, deviceId, devAddr }: NetworkState): number {
  return hashText([server, source, application, tenant, deviceId, devAddr].join(' '));
}

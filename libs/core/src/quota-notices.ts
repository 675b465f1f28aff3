import type { Clock } from './clock.js';
import type { QuotaUsage } from './quota-meter.js';
import { formatQuota, type Quota } from './quota.js';
import { deviceTopic } from './topics.js';

/** Whoever owns the device hears of it at most this often. */
const NOTICE_INTERVAL_MS = 600_000;
const MAX_DEVICES = 100_000;

export type QuotaPath = 'mqtt' | 'http' | 'gateway';

/** Told to the owner on `city/{department}/{kind}/{device}/quota`, retained. */
export interface QuotaNotice {
  readonly device: string;
  /** 'throttled': it is above its quota now. 'within': it keeps to it again. */
  readonly state: 'throttled' | 'within';
  readonly at: string;
  readonly since: string | null;
  readonly quota: string;
  readonly messagesLastMinute: number;
  /** Times it was held back (MQTT), or messages that were set aside (gateway) or refused (HTTP). */
  readonly throttled: number;
  readonly path: QuotaPath;
  readonly detail: string;
}

export interface NoticedDevice {
  readonly id: string;
  readonly department: string;
  readonly kind: string;
}

interface Told {
  readonly device: NoticedDevice;
  /** Monotonic. */
  at: number;
  throttled: boolean;
}

const DETAIL: Readonly<Record<QuotaPath, string>> = {
  mqtt: 'The device sends more than its quota; it is read more slowly, nothing is lost.',
  http: 'The device sends more than its quota; what is above it is answered with 429.',
  gateway: 'The device sends more than its quota; what is above it is kept as dead letters (over-quota).',
};

/** Tells owners that a device of theirs is above its quota, and when that is over, without flooding them. */
export class QuotaNotices {
  private readonly told = new Map<string, Told>();

  constructor(
    private readonly path: QuotaPath,
    private readonly clock: Clock,
    private readonly publish: (topic: string, notice: QuotaNotice) => void,
  ) {}

  /** Whether the owner may be told now: cheap, for the path of messages. */
  due(device: string): boolean {
    const last = this.told.get(device);
    return last === undefined || this.clock.monotonic() - last.at >= NOTICE_INTERVAL_MS;
  }

  throttled(device: NoticedDevice, quota: Quota, usage: QuotaUsage): void {
    if (!this.due(device.id)) return;
    if (this.told.size >= MAX_DEVICES) this.told.clear();
    this.told.set(device.id, { device, at: this.clock.monotonic(), throttled: true });
    this.say(device, 'throttled', quota, usage);
  }

  /** Looks for devices that keep to their quota again; to be called every minute or so. */
  sweep(look: (device: string) => { readonly quota: Quota; readonly usage: QuotaUsage } | null): void {
    for (const told of [...this.told.values()]) {
      const { device } = told;
      const now = look(device.id);
      if (now === null || !told.throttled) {
        if (this.due(device.id)) this.told.delete(device.id);
        continue;
      }
      if (now.usage.throttledForMs !== null || !this.due(device.id)) continue;
      told.throttled = false;
      told.at = this.clock.monotonic();
      this.say(device, 'within', now.quota, now.usage);
    }
  }

  private say(device: NoticedDevice, state: QuotaNotice['state'], quota: Quota, usage: QuotaUsage): void {
    const now = this.clock.now();
    const { id, department, kind } = device;
    this.publish(deviceTopic({ department, kind, device: id }, 'quota'), {
      device: id,
      state,
      at: new Date(now).toISOString(),
      since: usage.throttledForMs === null ? null : new Date(now - usage.throttledForMs).toISOString(),
      quota: formatQuota(quota),
      messagesLastMinute: usage.messagesLastMinute,
      throttled: usage.throttled,
      path: this.path,
      detail: state === 'throttled' ? DETAIL[this.path] : 'The device keeps to its quota again.',
    });
  }
}

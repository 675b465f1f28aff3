import type { Quota } from './quota.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Without anything held back for this long, an episode is over. */
const EPISODE_MS = 60_000;

/** What a device has used, as its owner sees it. */
export interface QuotaUsage {
  readonly messagesLastMinute: number;
  readonly bytesLastDay: number;
  readonly messagesLastDay: number;
  /** Milliseconds since the device began to be held back; null while it keeps to its quota. */
  readonly throttledForMs: number | null;
  /** Times that it was held back, or messages that were set aside. */
  readonly throttled: number;
}

/**
 * What one device sends, against its quota: two token buckets (messages, bytes of a day) and the sums that its owner asks
 * for. All methods take the time in milliseconds, of whatever clock; one that goes back costs a device nothing.
 */
export class QuotaMeter {
  private messages: number;
  private bytes: number;
  private filledAt: number;
  private readonly minute = new SlidingCount(MINUTE_MS);
  private readonly day = new SlidingCount(DAY_MS);
  private readonly dayBytes = new SlidingCount(DAY_MS);
  private throttledSince = NaN;
  private lastThrottledAt = NaN;
  private throttledCount = 0;

  constructor(
    private limits: Quota,
    now: number,
  ) {
    this.messages = limits.burst;
    this.bytes = limits.bytesPerDay ?? Infinity;
    this.filledAt = now;
  }

  get quota(): Quota {
    return this.limits;
  }

  /** Another quota from now on. What was spent stays spent, as far as the new one allows it to be seen. */
  change(quota: Quota, now: number): void {
    if (quota === this.limits) return;
    this.fill(now);
    const spentMessages = this.limits.burst - this.messages;
    const spentBytes = this.limits.bytesPerDay === null ? 0 : this.limits.bytesPerDay - this.bytes;
    this.limits = quota;
    this.messages = Math.max(0, quota.burst - Math.max(0, spentMessages));
    this.bytes = quota.bytesPerDay === null ? Infinity : Math.max(0, quota.bytesPerDay - Math.max(0, spentBytes));
  }

  /** Whole messages that may be taken now. */
  allowance(now: number): number {
    this.fill(now);
    return this.bytes > 0 ? Math.floor(this.messages) : 0;
  }

  /** Notes what was taken; bytes are known only afterwards, so they may go into debt. */
  take(messages: number, bytes: number, now: number): void {
    this.fill(now);
    this.messages -= messages;
    this.bytes -= bytes;
    this.count(messages, bytes, now);
  }

  /** For what cannot be held back: takes one message if it is within the quota, otherwise counts that it was not. */
  admit(bytes: number, now: number): boolean {
    this.fill(now);
    if (this.messages < 1 || this.bytes <= 0) {
      this.throttle(now);
      return false;
    }
    this.messages -= 1;
    this.bytes -= bytes;
    this.count(1, bytes, now);
    return true;
  }

  /** Milliseconds until a message may be taken; 0 when one may be taken now. */
  wait(now: number): number {
    this.fill(now);
    const forMessage = this.messages >= 1 ? 0 : ((1 - this.messages) * MINUTE_MS) / this.limits.messagesPerMinute;
    const forBytes = this.bytes > 0 ? 0 : ((1 - this.bytes) * DAY_MS) / this.limits.bytesPerDay!;
    return Math.max(forMessage, forBytes);
  }

  /** The device was held back, or a message of it was set aside. */
  throttle(now: number): void {
    if (!this.isThrottled(now)) this.throttledSince = now;
    this.lastThrottledAt = now;
    this.throttledCount++;
  }

  isThrottled(now: number): boolean {
    return now - this.lastThrottledAt <= EPISODE_MS;
  }

  usage(now: number): QuotaUsage {
    return {
      messagesLastMinute: this.minute.sum(now),
      messagesLastDay: this.day.sum(now),
      bytesLastDay: this.dayBytes.sum(now),
      throttledForMs: this.isThrottled(now) ? now - this.throttledSince : null,
      throttled: this.throttledCount,
    };
  }

  private fill(now: number): void {
    const passed = now - this.filledAt;
    this.filledAt = now;
    if (passed <= 0) return;
    const { burst, messagesPerMinute, bytesPerDay } = this.limits;
    this.messages = Math.min(burst, this.messages + (passed * messagesPerMinute) / MINUTE_MS);
    if (bytesPerDay !== null) this.bytes = Math.min(bytesPerDay, this.bytes + (passed * bytesPerDay) / DAY_MS);
  }

  private count(messages: number, bytes: number, now: number): void {
    this.minute.add(messages, now);
    this.day.add(messages, now);
    this.dayBytes.add(bytes, now);
  }
}

/** A sum over the last period from two fixed windows, the older one in proportion to what of it still lies in the period. */
class SlidingCount {
  private window = -1;
  private current = 0;
  private previous = 0;

  constructor(private readonly periodMs: number) {}

  add(amount: number, now: number): void {
    this.turn(now);
    this.current += amount;
  }

  sum(now: number): number {
    this.turn(now);
    const left = 1 - (now / this.periodMs - this.window);
    return Math.round(this.current + this.previous * left);
  }

  private turn(now: number): void {
    const window = Math.floor(now / this.periodMs);
    if (window === this.window) return;
    this.previous = window === this.window + 1 ? this.current : 0;
    this.current = 0;
    this.window = window;
  }
}

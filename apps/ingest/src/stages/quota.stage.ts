import { rejection } from '#codecs';
import { formatQuota, quotaFor, type QuotaDefaults, QuotaMeter, type QuotaNotices, type QuotaUsage } from '#core';
import type { BatchOutcomes } from '../batch-outcomes.js';
import type { KnownDevice } from '../devices/device-directory.js';
import type { IngestCounters } from '../ingest-counters.js';
import type { IdentifiedEvent } from './messages.js';

export interface QuotaStageParts {
  readonly defaults: QuotaDefaults;
  readonly notices: QuotaNotices;
  readonly counters: IngestCounters;
}

/**
 * Sets aside what a device behind a network server sends above its quota. Its socket is shared with others, so it cannot be
 * held back as the broker holds back a device of its own; HTTP is held back at the door, by the API. What is set aside is a
 * dead letter with its bytes, to be replayed when the quota was raised.
 *
 * Judged by the time of receipt, so that a backlog is judged as it would have been on arrival. After a restart every device
 * starts with its whole burst: a batch that is read again may let more through than the first time, never less.
 */
export class QuotaStage {
  /** By the device itself, which is one object for as long as it is registered. */
  private readonly meters = new WeakMap<KnownDevice, QuotaMeter>();

  constructor(private readonly parts: QuotaStageParts) {}

  /** Only frames count: what a network says of itself (joins, acknowledgements) is no doing of the device. */
  run(events: readonly IdentifiedEvent[], outcomes: BatchOutcomes): readonly IdentifiedEvent[] {
    let passed: IdentifiedEvent[] | null = null;
    for (let i = 0; i < events.length; i++) {
      const event = events[i]!;
      if (this.admits(event, outcomes)) passed?.push(event);
      else {
        // Hardly ever: then the events so far are copied, otherwise nothing is.
        passed ??= events.slice(0, i);
        this.refuse(event, outcomes);
      }
    }
    return passed ?? events;
  }

  look(device: KnownDevice | undefined, now: number): { quota: QuotaMeter['quota']; usage: QuotaUsage } | null {
    const meter = device === undefined ? undefined : this.meters.get(device);
    return meter === undefined ? null : { quota: meter.quota, usage: meter.usage(now) };
  }

  private admits({ record, device, event }: IdentifiedEvent, outcomes: BatchOutcomes): boolean {
    // What an operator replays was sent long ago, and is wanted now.
    if (event.type !== 'uplink' || outcomes.replayOf(record) !== undefined) return true;
    return this.meterOf(device, record.receivedAt).admit(record.payload.length, record.receivedAt);
  }

  private meterOf(device: KnownDevice, now: number): QuotaMeter {
    const quota = quotaFor(this.parts.defaults, device.identity.kind, device.quota);
    let meter = this.meters.get(device);
    if (meter === undefined) this.meters.set(device, (meter = new QuotaMeter(quota, now)));
    else meter.change(quota, now);
    return meter;
  }

  private refuse({ record, device }: IdentifiedEvent, outcomes: BatchOutcomes): void {
    const { identity } = device;
    const { quota, usage } = this.look(device, record.receivedAt)!;
    const detail = `The device '${identity.id}' sends more than its quota.`;
    const found = `${usage.messagesLastMinute} messages in the last minute`;
    outcomes.failed(record, [rejection('over-quota', '', detail, formatQuota(quota), found)], identity);
    this.parts.counters.overQuota++;
    this.parts.notices.throttled(identity, quota, usage);
  }
}

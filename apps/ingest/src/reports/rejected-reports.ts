import { type Clock, type DeadLetter, deviceTopic } from '#core';
import type { IngestCounters } from '../ingest-counters.js';

/** What a report is sent through. */
export interface ReportChannel {
  readonly connected: boolean;
  /** Sends without waiting, at most once: a report that is lost is still a dead letter on the API. */
  publish(topic: string, payload: string): void;
}

/** A device that only sends rubbish is told so now and then; the rest of it is on the API. */
const BURST = 20;
const PER_SECOND = 1;
const MAX_DEVICES = 10_000;
/** Reports of one batch, of all devices together. */
const MAX_PER_BATCH = 2_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Tells devices on their `rejected` topic why a message of theirs was refused (DESIGN section 4). Never holds up the path. */
export class RejectedReports {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly channel: ReportChannel,
    private readonly counters: IngestCounters,
    private readonly clock: Clock,
  ) {}

  send(letters: readonly DeadLetter[]): void {
    let sent = 0;
    for (const letter of letters) {
      const topic = topicOf(letter);
      if (topic === null) continue;
      if (!this.channel.connected || sent >= MAX_PER_BATCH || !this.take(letter.device!)) {
        this.counters.reportsDropped++;
        continue;
      }
      this.channel.publish(topic, JSON.stringify(reportOf(letter)));
      this.counters.reportsSent++;
      sent++;
    }
  }

  private take(device: string): boolean {
    const now = this.clock.monotonic();
    let bucket = this.buckets.get(device);
    if (bucket === undefined) {
      if (this.buckets.size >= MAX_DEVICES) this.buckets.clear();
      this.buckets.set(device, (bucket = { tokens: BURST, at: now }));
    }
    bucket.tokens = Math.min(BURST, bucket.tokens + ((now - bucket.at) / 1000) * PER_SECOND);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}

/** Only a registered device has a topic that it is allowed to read. */
function topicOf({ device, department, kind }: DeadLetter): string | null {
  return device === null || department === null || kind === null
    ? null
    : deviceTopic({ department, kind, device }, 'rejected');
}

/** The first rejection stands at the top level, for devices that look no further. */
function reportOf({ id, receivedAt, partial, rejections }: DeadLetter): object {
  return { ...rejections[0]!, id, receivedAt, partial, rejections };
}

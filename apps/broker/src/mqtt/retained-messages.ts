import { TopicFilters } from '#identity';
import { type Kept, RetainedLog } from './retained-log.js';

export interface RetainedMessage extends Kept {
  readonly cmd: 'publish';
  readonly topic: string;
  readonly retain: true;
}

/** Health of services, published every second: worth nothing after a restart. */
const VOLATILE = 'lamplighter/';

/**
 * Retained messages: the last status of every device, the last health of every service. All are in memory; those of devices
 * are also in a file, so that a restarted broker still knows which devices were online.
 */
export class RetainedMessages {
  private readonly messages = new Map<string, Kept>();
  private readonly log: RetainedLog | null;

  /** @param path null: in memory only */
  constructor(
    path: string | null,
    private readonly maxMessages: number,
    failed: (error: Error) => void,
  ) {
    this.log =
      path === null
        ? null
        : new RetainedLog(
            path,
            () => this.lasting(),
            () => this.messages.size,
            failed,
          );
    for (const [topic, kept] of this.log?.load() ?? []) this.messages.set(topic, kept);
  }

  get size(): number {
    return this.messages.size;
  }

  /** An empty payload removes [MQTT-3.3.1-10]. False: there is no room for another topic. */
  set(topic: string, payload: Buffer, qos: 0 | 1 | 2): boolean {
    const log = topic.startsWith(VOLATILE) ? null : this.log;
    if (payload.length === 0) {
      if (this.messages.delete(topic)) log?.append(topic, null);
      return true;
    }
    if (this.messages.size >= this.maxMessages && !this.messages.has(topic)) return false;
    // The payload may be a slice of a large read buffer, which must not live as long as this does.
    const kept = { payload: Buffer.from(payload), qos };
    this.messages.set(topic, kept);
    log?.append(topic, kept);
    return true;
  }

  *matching(filter: string): Generator<RetainedMessage> {
    if (!filter.includes('+') && !filter.includes('#')) {
      const exact = this.messages.get(filter);
      if (exact !== undefined) yield message(filter, exact);
      return;
    }
    const filters = new TopicFilters([filter]);
    for (const [topic, kept] of this.messages) if (filters.match(topic)) yield message(topic, kept);
  }

  async close(): Promise<void> {
    await this.log?.close();
  }

  private lasting(): ReadonlyMap<string, Kept> {
    return new Map([...this.messages].filter(([topic]) => !topic.startsWith(VOLATILE)));
  }
}

function message(topic: string, kept: Kept): RetainedMessage {
  return { cmd: 'publish', topic, payload: kept.payload, qos: kept.qos, retain: true };
}

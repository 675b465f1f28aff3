import { type Codec, codecFor, unknownTopic } from '#codecs';
import type { JournalRecord } from '#core';
import type { BatchOutcomes } from '../batch-outcomes.js';
import type { AddressedMessage } from './messages.js';

/** Topics of 150,000 devices fit twice. Beyond it the memory starts anew: a topic costs a microsecond to parse again. */
const MAX_REMEMBERED_TOPICS = 300_000;

/** Raw bytes -> readings as the device sent them. */
export class DecodeStage {
  /** Topic -> codec; null for topics that carry no telemetry. */
  private readonly codecs = new Map<string, Codec | null>();

  run(records: readonly JournalRecord[], outcomes: BatchOutcomes): AddressedMessage[] {
    const decoded: AddressedMessage[] = [];
    for (const record of records) {
      try {
        const message = this.decode(record, outcomes);
        if (message !== null) decoded.push(message);
      } catch (error) {
        outcomes.broken(record, error);
      }
    }
    return decoded;
  }

  private decode(record: JournalRecord, outcomes: BatchOutcomes): AddressedMessage | null {
    const codec = this.codecOf(record.topic);
    if (codec === null) {
      outcomes.failed(record, [unknownTopic(record.topic)], null);
      return null;
    }
    const { items, rejections } = codec.decode(record.payload, record.receivedAt);
    return { record, items, rejections, address: codec.address };
  }

  private codecOf(topic: string): Codec | null {
    let codec = this.codecs.get(topic);
    if (codec === undefined) {
      if (this.codecs.size >= MAX_REMEMBERED_TOPICS) this.codecs.clear();
      this.codecs.set(topic, (codec = codecFor(topic)));
    }
    return codec;
  }
}

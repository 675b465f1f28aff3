import { type Codec, codecFor, type NetworkCodec, registryNameOf, unknownTopic } from '#codecs';
import type { JournalRecord } from '#core';
import type { BatchOutcomes } from '../batch-outcomes.js';
import type { AddressedMessage, DecodedMessages, NetworkMessage } from './messages.js';

/** Topics of 150,000 devices fit twice. Beyond it the memory starts anew: a topic costs a microsecond to parse again. */
const MAX_REMEMBERED_TOPICS = 300_000;

/** Raw bytes -> readings as the device sent them, or an event of a network server. */
export class DecodeStage {
  /** Topic -> codec; null for topics that carry no telemetry. */
  private readonly codecs = new Map<string, Codec | null>();

  run(records: readonly JournalRecord[], outcomes: BatchOutcomes): DecodedMessages {
    const telemetry: AddressedMessage[] = [];
    const network: NetworkMessage[] = [];
    for (const record of records) {
      try {
        this.decode(record, outcomes, telemetry, network);
      } catch (error) {
        outcomes.broken(record, error);
      }
    }
    return { telemetry, network };
  }

  private decode(
    record: JournalRecord,
    outcomes: BatchOutcomes,
    telemetry: AddressedMessage[],
    network: NetworkMessage[],
  ): void {
    const codec = this.codecOf(record.topic);
    if (codec === null) {
      outcomes.failed(record, [unknownTopic(record.topic)], null);
    } else if (codec.type === 'telemetry') {
      const { items, rejections } = codec.decode(record.payload, record.receivedAt);
      telemetry.push({ record, items, rejections, address: codec.address });
    } else {
      network.push(eventOf(codec, record));
    }
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

function eventOf(codec: NetworkCodec, record: JournalRecord): NetworkMessage {
  const { event, refused } = codec.decode(record.payload);
  return event === null
    ? { record, name: refused.device, event, rejections: refused.rejections }
    : { record, name: registryNameOf(event.origin), event, rejections: [] };
}

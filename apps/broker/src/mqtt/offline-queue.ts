import type { AedesPacket } from 'aedes-packet';

type Queued = AedesPacket & { messageId?: number; topic?: string; payload?: Buffer | string; dup?: boolean };

export interface QueueLimits {
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
}

/** What an entry costs beside its payload and topic. */
const ENTRY_BYTES = 200;

/**
 * QoS 1 and 2 messages of one persistent session that its client has not acknowledged, in order. Bounded: beyond the limits
 * the oldest go, because for commands, reports and alarms the newest state is the one that counts.
 */
export class OfflineQueue {
  private readonly entries = new Map<string, Queued>();
  private readonly keyOfMessageId = new Map<number, string>();
  private bytes = 0;

  constructor(private readonly limits: QueueLimits) {}

  get length(): number {
    return this.entries.size;
  }

  /** Returns how many messages had to go. */
  add(packet: Queued): number {
    const key = keyOf(packet);
    if (this.entries.has(key)) return 0; // overlapping subscriptions of one client: one message
    this.entries.set(key, packet);
    this.bytes += sizeOf(packet);
    let dropped = 0;
    while (
      this.entries.size > 1 &&
      (this.entries.size > this.limits.maxQueuedMessages || this.bytes > this.limits.maxQueuedBytes)
    ) {
      this.remove(this.entries.keys().next().value!);
      dropped++;
    }
    return dropped;
  }

  /** Notes the packet identifier under which a message is sent, or that its PUBREL has taken its place. False: no such message. */
  update(packet: Queued): boolean {
    const byKey = this.entries.get(keyOf(packet));
    if (byKey !== undefined && packet.cmd === 'publish') {
      if (byKey.messageId !== undefined) this.keyOfMessageId.delete(byKey.messageId);
      byKey.messageId = packet.messageId;
      this.keyOfMessageId.set(packet.messageId!, keyOf(packet));
      return true;
    }
    const key = packet.messageId === undefined ? undefined : this.keyOfMessageId.get(packet.messageId);
    if (key === undefined) return false;
    const before = this.entries.get(key)!;
    this.bytes += sizeOf(packet) - sizeOf(before);
    // The entry keeps its place and its key: [MQTT-4.6.0-1] asks for the original order.
    this.entries.set(key, Object.assign(packet, { brokerId: before.brokerId, brokerCounter: before.brokerCounter }));
    return true;
  }

  /** Removes what was acknowledged, or (without a packet identifier) what may not be delivered. */
  clear(packet: Queued): Queued | undefined {
    const key = packet.messageId === undefined ? keyOf(packet) : this.keyOfMessageId.get(packet.messageId);
    return key === undefined ? undefined : this.remove(key);
  }

  /** Everything, oldest first; what was sent before is marked as such [MQTT-3.3.1-1]. */
  pending(): Queued[] {
    return [...this.entries.values()].map((entry) => {
      if (entry.cmd === 'publish' && entry.messageId !== undefined) entry.dup = true;
      return entry;
    });
  }

  private remove(key: string): Queued | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    if (entry.messageId !== undefined) this.keyOfMessageId.delete(entry.messageId);
    this.bytes -= sizeOf(entry);
    return entry;
  }
}

function keyOf(packet: Queued): string {
  return `${packet.brokerId}:${packet.brokerCounter}`;
}

function sizeOf(packet: Queued): number {
  return ENTRY_BYTES + (packet.topic?.length ?? 0) + (packet.payload?.length ?? 0);
}

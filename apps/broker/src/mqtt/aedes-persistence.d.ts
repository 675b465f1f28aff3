/** The in-memory persistence behind the package's callback layer, which has types but no typed entry. */
declare module 'aedes-persistence/asyncPersistence.js' {
  import type { AedesPacket } from 'aedes-packet';
  import type { Readable } from 'node:stream';

  export interface SessionClient {
    readonly id: string;
    readonly clean?: boolean;
  }

  export interface StoredSubscription {
    readonly topic: string;
    readonly qos: 0 | 1 | 2;
  }

  export default class MemoryPersistence {
    setup(broker: unknown): Promise<void>;
    storeRetained(packet: AedesPacket): Promise<void>;
    createRetainedStream(filter: string): Readable;
    createRetainedStreamCombi(filters: string[]): Readable;
    addSubscriptions(client: SessionClient, subscriptions: StoredSubscription[]): Promise<void>;
    removeSubscriptions(client: SessionClient, filters: string[]): Promise<void>;
    subscriptionsByClient(client: SessionClient): Promise<StoredSubscription[]>;
    cleanSubscriptions(client: SessionClient): Promise<void>;
    outgoingEnqueue(subscription: { clientId: string }, packet: AedesPacket): Promise<void>;
    outgoingEnqueueCombi(subscriptions: { clientId: string; qos: number }[], packet: AedesPacket): Promise<void>;
    outgoingUpdate(client: SessionClient, packet: AedesPacket): Promise<void>;
    outgoingClearMessageId(client: SessionClient, packet: AedesPacket): Promise<AedesPacket | undefined>;
    outgoingStream(client: SessionClient): Readable;
    cleanIncoming(client: SessionClient): Promise<void>;
    destroy(): Promise<void>;
  }
}

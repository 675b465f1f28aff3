import type { Client } from 'aedes';

type Deliver = (packet: { brokerId?: string | null; brokerCounter: number; qos: 0 | 1 | 2 }, done: () => void) => void;

/**
 * Members of an Aedes 1.2 client that its types do not show and that we need. The acceptance specs fail when one of them
 * changes its meaning: see `T26 keep-alive`, `deliveries out of order`.
 */
export interface AedesClientInternals {
  readonly _keepaliveTimer: NodeJS.Timeout | null;
  readonly subscriptions: Readonly<Record<string, unknown>>;
  readonly duplicates: Record<string, number>;
  deliver0: Deliver;
  deliverQoS: Deliver;
}

export function internalsOf(client: Client): AedesClientInternals {
  return client as unknown as AedesClientInternals;
}

/** Numbers of messages in each of the two generations that a client's deliveries are compared with. */
const GENERATION = 512;

/**
 * Aedes keeps the highest message number that a client got and takes every lower one for a duplicate. Numbers are given
 * at PUBLISH, and a QoS 0 message overtakes the QoS 1 message before it, which is then never delivered (aedes #955). What the
 * check is for is overlapping subscriptions, [MQTT-3.3.5-1]: so remember the last numbers themselves.
 */
export function deduplicateByNumber(client: AedesClientInternals): void {
  const recent = new RecentNumbers();
  const { deliver0, deliverQoS } = client;
  const once =
    (deliver: Deliver): Deliver =>
    (packet, done) => {
      if (packet.brokerId) {
        if (recent.seen(packet.brokerCounter)) return done();
        client.duplicates[packet.brokerId] = 0;
      }
      deliver(packet, done);
    };
  const first = once(deliver0);
  const assured = once(deliverQoS);
  client.deliver0 = first;
  // Aedes passes QoS 0 on to `deliver0`, which looks for itself.
  client.deliverQoS = (packet, done) => (packet.qos === 0 ? first(packet, done) : assured(packet, done));
}

class RecentNumbers {
  private current = new Set<number>();
  private previous = new Set<number>();

  /** Whether the number was seen before; it is from now on. */
  seen(number: number): boolean {
    if (this.current.has(number) || this.previous.has(number)) return true;
    if (this.current.size >= GENERATION) {
      this.previous = this.current;
      this.current = new Set();
    }
    this.current.add(number);
    return false;
  }
}

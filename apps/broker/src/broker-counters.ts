/** Plain numbers that the hot path increments; the status turns them into metrics. */
export class BrokerCounters {
  messages = 0;
  bytes = 0;
  acknowledged = 0;
  /** Connections and logins turned away, by reason. */
  readonly refused = new Map<string, number>();
  /** Publishes and subscriptions denied. */
  denied = 0;
  /** Times that a device above its quota was not read for a while. */
  heldBack = 0;
  /** Messages that a slow or absent subscriber did not get. */
  droppedForSubscribers = 0;

  refuse(reason: string): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }

  get refusedTotal(): number {
    let total = 0;
    for (const count of this.refused.values()) total += count;
    return total;
  }
}

/** Publishes of all connections together. What is neither acknowledged nor under way is lost. */
export class Traffic {
  sent = 0;
  acknowledged = 0;
  /** Given up by a connection that was closed before the acknowledgement came. */
  lost = 0;

  get inFlight(): number {
    return this.sent - this.acknowledged - this.lost;
  }

  /** The callback of one publish with QoS 1. */
  readonly settle = (error?: unknown): void => {
    if (error === undefined || error === null) this.acknowledged++;
    else this.lost++;
  };
}

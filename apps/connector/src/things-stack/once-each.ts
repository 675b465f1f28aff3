import { createHash } from 'node:crypto';

/**
 * Puts each of the last messages down once. A server whose connection was cut before it had our acknowledgement delivers a message again, also
 * while the first one is still on its way to the disk; its bytes carry ids and times of their own, so equal bytes are the same event.
 */
export class OnceEach {
  private readonly there = new Set<string>();
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(private readonly capacity = 10_000) {}

  /** Resolves when the message is there, with whether it took `put`; rejects as `put` does, for everybody who waits for it. */
  async run(topic: string, payload: Uint8Array, put: () => Promise<void>): Promise<boolean> {
    const message = digestOf(topic, payload);
    if (this.there.has(message)) return false;
    const before = this.underWay.get(message);
    if (before !== undefined) {
      await before;
      return false;
    }
    const putting = put();
    this.underWay.set(message, putting);
    try {
      await putting;
    } finally {
      this.underWay.delete(message);
    }
    this.there.add(message);
    if (this.there.size > this.capacity) this.there.delete(this.there.values().next().value!);
    return true;
  }
}

function digestOf(topic: string, payload: Uint8Array): string {
  return createHash('sha256').update(topic).update('\n').update(payload).digest('base64');
}

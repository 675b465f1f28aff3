import { createHash } from 'node:crypto';

/**
 * The last messages that our own broker has on disk. A server whose connection was cut before it had our acknowledgement
 * delivers a message again; its bytes carry ids and times of their own, so equal bytes are the same event.
 */
export class RecentMessages {
  private readonly seen = new Set<string>();

  constructor(private readonly capacity = 10_000) {}

  has(topic: string, payload: Uint8Array): boolean {
    return this.seen.has(digestOf(topic, payload));
  }

  add(topic: string, payload: Uint8Array): void {
    this.seen.add(digestOf(topic, payload));
    if (this.seen.size > this.capacity) this.seen.delete(this.seen.values().next().value!);
  }
}

function digestOf(topic: string, payload: Uint8Array): string {
  return createHash('sha256').update(topic).update('\n').update(payload).digest('base64');
}

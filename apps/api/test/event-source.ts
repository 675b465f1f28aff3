import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { until } from '#core/testing';
import { ADMIN } from './harness.js';

export interface ReceivedEvent {
  readonly id: string;
  readonly event: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- events are checked field by field
  readonly data: any;
}

/** A client of an event stream that keeps what it received. */
export class EventClient {
  readonly events: ReceivedEvent[] = [];
  readonly comments: string[] = [];
  ended = false;
  private rest = '';

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
    response.on('close', () => (this.ended = true));
    response.on('error', () => (this.ended = true));
  }

  /** Resolves with the head of the answer. */
  static open(base: string, path: string, headers: Record<string, string> = {}): Promise<EventClient> {
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(path, base),
        { headers: { authorization: ADMIN, ...headers }, agent: false },
        (response) => resolve(new EventClient(response)),
      );
      asked.on('error', reject);
      asked.end();
    });
  }

  get status(): number {
    return this.response.statusCode!;
  }

  close(): void {
    this.response.destroy();
  }

  /** Waits until the condition holds; what came so far is in the failure when it never does. */
  async until(done: () => boolean, what: string): Promise<void> {
    await until(what, () => ({ ended: this.ended, events: this.events, comments: this.comments }), done);
  }

  received(count: number): Promise<void> {
    return this.until(() => this.events.length >= count, `${count} events`);
  }

  private take(text: string): void {
    this.rest += text;
    const blocks = this.rest.split('\n\n');
    this.rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      if (fields.has('data'))
        this.events.push({ id: fields.get('id')!, event: fields.get('event')!, data: JSON.parse(fields.get('data')!) });
      else this.comments.push(block);
    }
  }
}

import type { FastifyReply } from 'fastify';

/** A consumer that leaves more than this unread is cut off; it resumes by Last-Event-ID when it can keep up again. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  /** JSON text, without line breaks. */
  readonly data: string;
}

/** One client of an event stream (HTML Standard, section 9.2 "Server-sent events"). */
export class EventStream {
  private open = true;
  private readonly onClose: (() => void)[] = [];
  /** What was sent before the head of the answer; null once that is out. */
  private early: string[] | null = [];

  constructor(private readonly reply: FastifyReply) {
    reply.raw.once('close', () => this.finish());
    reply.raw.on('error', () => this.finish());
  }

  /**
   * Sends the head of the answer; from here on Fastify leaves the response alone. Call it when nothing that comes can be
   * missed any more, so that a client that sees the head knows that it is listening.
   */
  start(retryMs: number): void {
    if (!this.open) return;
    const { raw } = this.reply;
    this.reply.hijack();
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
    });
    const early = this.early ?? [];
    this.early = null;
    // The head is all there is to it; whoever asked for no more would wait for an end that never comes.
    if (this.reply.request.method === 'HEAD') return this.end();
    raw.write(`retry: ${retryMs}\n: connected\n\n`);
    for (const text of early) this.write(text);
  }

  get isOpen(): boolean {
    return this.open;
  }

  send({ id, event, data }: StreamEvent): void {
    this.write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`);
  }

  /** A comment keeps proxies from closing a silent connection. */
  heartbeat(): void {
    this.write(': heartbeat\n\n');
  }

  /** Resolves when the client has read what was sent, or is gone. */
  async drained(): Promise<void> {
    const { raw } = this.reply;
    if (!this.open || this.early !== null || !raw.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        raw.off('drain', settle).off('close', settle);
        resolve();
      };
      raw.once('drain', settle).once('close', settle);
    });
  }

  /** Runs when the stream ends, from either side; at once when it already has. */
  whenClosed(run: () => void): void {
    if (this.open) this.onClose.push(run);
    else run();
  }

  end(): void {
    if (this.open && this.early === null) this.reply.raw.end();
    this.finish();
  }

  private write(text: string): void {
    if (!this.open) return;
    if (this.early !== null) {
      this.early.push(text);
      return;
    }
    const { raw } = this.reply;
    raw.write(text);
    if (raw.writableLength > MAX_UNREAD_BYTES) {
      raw.destroy();
      this.finish();
    }
  }

  private finish(): void {
    if (!this.open) return;
    this.open = false;
    for (const run of this.onClose.splice(0)) run();
  }
}

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Clock, LamplighterError } from '#core';

const compress = promisify(gzip);

export interface WriterOptions {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads retries, so that many writers do not come back together. */
  random(): number;
  sleep(ms: number): Promise<void>;
  readonly fetch: typeof fetch;
  /** How long one request may take before it counts as lost. */
  readonly requestTimeoutMs: number;
  /** How long a request is repeated before the write is given up as `store-unavailable`. */
  readonly retryForMs: number;
  /** Lines a request at most; a batch is cut before it is sent. */
  readonly maxLines: number;
}

/** A line that the server does not take, whatever is beside it. */
export interface RefusedLine {
  /** Index into the lines that were given. */
  readonly index: number;
  readonly reason: string;
}

type Answer =
  | { readonly kind: 'stored' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number | null };

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;
/** These say that something in the batch is wrong; half of it is tried next. */
const REFUSALS = new Set([400, 413, 422]);

/**
 * Writes lines through the low-level call, because the client's batching writer drops lines silently when its buffer is full and
 * reports success too early. Only 204 is success. Everything may be sent twice: lines overwrite themselves.
 */
export class InfluxWriter {
  private readonly address: string;

  constructor(private readonly options: WriterOptions) {
    const query = new URLSearchParams({ org: options.org, bucket: options.bucket, precision: 'ns' });
    this.address = `${options.url}/api/v2/write?${query.toString()}`;
  }

  /**
   * Resolves when every line is stored or definitely refused; answers those refused.
   * @throws LamplighterError `store-unavailable` (retryable) when the server did not answer for `retryForMs`
   */
  async write(lines: readonly string[]): Promise<RefusedLine[]> {
    const refused: RefusedLine[] = [];
    for (let from = 0; from < lines.length; from += this.options.maxLines) {
      await this.writeRange(lines, from, Math.min(lines.length, from + this.options.maxLines), refused);
    }
    return refused;
  }

  /** Sends a comment, once: it stores nothing, but only a server that would take a write answers 204. */
  async probe(): Promise<void> {
    const answer = await this.post(await compress('# ping'));
    if (answer.kind === 'stored') return;
    throw new LamplighterError('store-unavailable', `InfluxDB does not take writes: ${answer.reason}`, {
      retryable: true,
    });
  }

  /** Halves a refused range until the bad line stands alone; its neighbours are stored on the way. */
  private async writeRange(lines: readonly string[], from: number, to: number, refused: RefusedLine[]): Promise<void> {
    const reason = await this.send(lines.slice(from, to).join('\n'));
    if (reason === null) return;
    if (to - from === 1) {
      refused.push({ index: from, reason });
      return;
    }
    const middle = (from + to) >> 1;
    await this.writeRange(lines, from, middle, refused);
    await this.writeRange(lines, middle, to, refused);
  }

  /** Null when stored, else why the server refuses the body. Repeats what may be repeated. */
  private async send(text: string): Promise<string | null> {
    const { clock, retryForMs, sleep } = this.options;
    const body = await compress(text, { level: 1 });
    const deadline = clock.monotonic() + retryForMs;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.post(body);
      if (answer.kind === 'stored') return null;
      if (answer.kind === 'refused') return answer.reason;
      const waitMs = answer.afterMs ?? this.backoff(attempt);
      if (clock.monotonic() + waitMs > deadline) {
        throw new LamplighterError('store-unavailable', `InfluxDB does not take writes: ${answer.reason}`, {
          retryable: true,
        });
      }
      await sleep(waitMs);
    }
  }

  private async post(body: Uint8Array): Promise<Answer> {
    try {
      const response = await this.options.fetch(this.address, {
        method: 'POST',
        headers: {
          authorization: `Token ${this.options.token}`,
          'content-type': 'text/plain; charset=utf-8',
          'content-encoding': 'gzip',
        },
        body: Uint8Array.from(body),
        signal: AbortSignal.timeout(this.options.requestTimeoutMs),
      });
      // The body is read in any case: an unread one keeps its connection from being used again.
      const reason = `${response.status} ${(await response.text()).slice(0, 500)}`;
      if (response.status === 204) return { kind: 'stored' };
      if (REFUSALS.has(response.status)) return { kind: 'refused', reason };
      return { kind: 'retry', reason, afterMs: this.retryAfter(response.headers.get('retry-after')) };
    } catch (error) {
      // Time-out, reset, unreachable: the lines may or may not be there, so they are sent again.
      const { message, cause } = error as Error;
      return {
        kind: 'retry',
        reason: cause instanceof Error ? `${message}: ${cause.message}` : message,
        afterMs: null,
      };
    }
  }

  /** Exponential with full jitter. */
  private backoff(attempt: number): number {
    const ceiling = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
    return ceiling / 2 + (ceiling / 2) * this.options.random();
  }

  /** RFC 9110 s10.2.3: seconds or a date. Jitter only adds to it. */
  private retryAfter(header: string | null): number | null {
    if (header === null) return null;
    const seconds = Number(header);
    const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - this.options.clock.now();
    if (Number.isNaN(waitMs)) return null;
    return Math.max(0, waitMs) + FIRST_BACKOFF_MS * this.options.random();
  }
}

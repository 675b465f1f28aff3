import { PATIENCE_MS } from '#core/testing';
import type { Platform } from './platform.js';

export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** A server-sent event stream of the API, read as a script would read it. */
export interface Stream {
  /** The next event that is wanted, of those that came and those to come. */
  next(wanted: (event: StreamEvent) => boolean, timeoutMs?: number): Promise<StreamEvent>;
  close(): void;
}

export async function openStream(
  platform: Platform,
  path: string,
  headers: Record<string, string> = {},
): Promise<Stream> {
  const abort = new AbortController();
  const authorization = `Basic ${Buffer.from(`admin:${platform.adminPassword}`).toString('base64')}`;
  const response = await fetch(new URL(path, platform.url), {
    headers: { authorization, accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  if (!response.ok || !response.body) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  const events: StreamEvent[] = [];
  let wake: () => void = () => undefined;
  void collect(response.body, (event) => {
    events.push(event);
    wake();
  });
  return {
    async next(wanted, timeoutMs = PATIENCE_MS) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const index = events.findIndex(wanted);
        if (index !== -1) return events.splice(0, index + 1).at(-1)!;
        const left = deadline - performance.now();
        if (left <= 0) throw new Error(`no such event within ${timeoutMs} ms; came: ${JSON.stringify(events)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, left);
        });
      }
    },
    close: () => abort.abort(),
  };
}

async function collect(body: ReadableStream<Uint8Array>, take: (event: StreamEvent) => void): Promise<void> {
  const decoder = new TextDecoder();
  let buffer = '';
  try {
    for await (const chunk of body) {
      buffer += decoder.decode(chunk, { stream: true });
      const blocks = buffer.split('\n\n');
      buffer = blocks.pop()!;
      for (const block of blocks) {
        const field = (name: string): string =>
          block
            .split('\n')
            .flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trimStart()] : []))
            .join('\n');
        if (field('data') !== '')
          take({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) as unknown });
      }
    }
  } catch {
    // The stream was closed by us, or by the platform when it stopped.
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localHost, readConfiguration } from '../configuration.js';

/** What the API answered, when it did not answer what was asked for. */
export class ApiProblem extends Error {}

/** Nothing answered at all. */
class NoAnswer extends ApiProblem {}

/** The HTTP API as the command line uses it. */
export class ApiClient {
  constructor(
    readonly url: string,
    /** Header of every request. */
    readonly authorization: string,
  ) {}

  /**
   * Finds the API and the credentials where the platform itself keeps them: LAMPLIGHTER_API_URL and LAMPLIGHTER_API_KEY
   * when set, otherwise the ports and the administrator's password of the local data directory.
   */
  static fromEnvironment(environment: NodeJS.ProcessEnv): ApiClient {
    const configuration = readConfiguration(environment);
    const url =
      environment['LAMPLIGHTER_API_URL'] ?? `http://${localHost(configuration.host)}:${configuration.httpPort}`;
    const key = environment['LAMPLIGHTER_API_KEY'];
    if (key) return new ApiClient(url, `Bearer ${key}`);
    const password = configuration.adminPassword ?? savedPassword(configuration.dataDirectory);
    return new ApiClient(url, `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`);
  }

  async json<T>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<T> {
    const response = await this.request(method, path, {
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': contentType } }),
    });
    return (await response.json()) as T;
  }

  async remove(path: string): Promise<void> {
    await this.request('DELETE', path, {});
  }

  /** The body as it is, such as CSV; empty when there is none. */
  async text(method: string, path: string, body?: unknown): Promise<string> {
    const response = await this.request(method, path, {
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return response.text();
  }

  /**
   * Events of a server-sent event stream until the signal, or until the API says that there are no more (204); connects again by itself and
   * resumes where it was, also when the API is away for a while.
   */
  async *events(path: string, signal: AbortSignal): AsyncGenerator<{ id: string; event: string; data: unknown }> {
    let lastId = '';
    let connected = false;
    while (!signal.aborted) {
      const headers: Record<string, string> = {
        accept: 'text/event-stream',
        ...(lastId === '' ? {} : { 'last-event-id': lastId }),
      };
      try {
        const response = await this.request('GET', path, { headers, signal });
        connected = true;
        if (response.status === 204) return;
        for await (const event of parseEvents(response.body!)) {
          if (event.id !== '') lastId = event.id;
          yield event;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiProblem && !(connected && error instanceof NoAnswer)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  /** How far a job is, as its stream says it, until it has ended; the last one is how it ended. */
  async *progress<T>(path: string, hasEnded: (job: T) => boolean): AsyncGenerator<T> {
    for await (const { data } of this.events(path, new AbortController().signal)) {
      yield data as T;
      if (hasEnded(data as T)) return;
    }
  }

  private async request(method: string, path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(new URL(path, this.url), {
        ...init,
        method,
        headers: { ...init.headers, authorization: this.authorization },
      });
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new NoAnswer(
        `The API at ${this.url} does not answer. Is Lamplighter running (npm start)? LAMPLIGHTER_API_URL names another address.`,
        { cause },
      );
    }
    if (response.ok) return response;
    const problem = (await response.json().catch(() => null)) as ProblemAnswer | null;
    throw new ApiProblem(
      [`${method} ${path} answered ${response.status}`, problem?.title, ...faultsOf(problem), problem?.remedy]
        .filter(Boolean)
        .join('\n  '),
    );
  }
}

/** As much of a problem document (RFC 9457) as is shown. */
interface ProblemAnswer {
  readonly title?: string;
  readonly detail?: string;
  readonly pointer?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly remedy?: string;
}

const SHOWN_FAULTS = 20;

/** What is wrong, each fault with its place: the detail of a problem tells the first of them only. */
function faultsOf(problem: ProblemAnswer | null): string[] {
  const { detail = '', pointer = '', errors = [] } = problem ?? {};
  const listed = errors.map((fault) => `${fault.pointer} ${fault.detail}`.trim());
  const isListed = errors.some((fault) => fault.detail === detail);
  const own = isListed || detail === '' ? [] : [`${pointer} ${detail}`.trim()];
  const more = listed.length - SHOWN_FAULTS;
  return [...own, ...listed.slice(0, SHOWN_FAULTS), ...(more > 0 ? [`and ${more} more`] : [])];
}

function savedPassword(dataDirectory: string): string {
  const path = join(dataDirectory, 'secrets', 'admin-password');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new ApiProblem(
      `No credentials: set LAMPLIGHTER_API_KEY or LAMPLIGHTER_ADMIN_PASSWORD, or LAMPLIGHTER_DATA_DIR to the data directory (looked in ${path}).`,
      { cause },
    );
  }
}

async function* parseEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ id: string; event: string; data: unknown }> {
  let buffer = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true });
    let end: number;
    while ((end = buffer.indexOf('\n\n')) !== -1) {
      const fields = { id: '', event: 'message', data: '' };
      for (const line of buffer.slice(0, end).split('\n')) {
        const match = /^(id|event|data): ?(.*)$/.exec(line);
        if (match)
          fields[match[1] as keyof typeof fields] +=
            match[1] === 'data' && fields.data !== '' ? `\n${match[2]}` : match[1] === 'event' ? '' : match[2];
        if (match?.[1] === 'event') fields.event = match[2]!;
      }
      buffer = buffer.slice(end + 2);
      if (fields.data !== '') yield { ...fields, data: JSON.parse(fields.data) as unknown };
    }
  }
}

/** One of several faults of a request: where it is, and what is wrong there. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** An RFC 9457 problem that the API answered, or no answer at all (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    title: string,
    readonly detail: string | undefined,
    /** Code of the error catalogue, by which it is told in the reader's language. */
    readonly code: string | undefined = undefined,
    readonly faults: readonly Fault[] = [],
  ) {
    super(title);
  }
}

/** The API answered that there is no such thing; anything else is no proof of that. */
export const isMissing = (error: Error | null): boolean => error instanceof Problem && error.status === 404;

/** What is sent, and what is wanted back: some routes answer JSON or CSV as they are asked. */
interface Sent {
  readonly accept?: 'application/json' | 'text/csv';
  readonly type?: string;
  readonly text?: string;
}

/** Marks a write as made by this page; another site cannot set it. */
const OWN_REQUEST = { 'x-lamplighter-request': 'console' };

export function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  return answerOf<T>(
    send(method, path, body === undefined ? {} : { type: 'application/json', text: JSON.stringify(body) }),
  );
}

/** Sends a CSV file. */
export function upload<T>(path: string, csv: string): Promise<T> {
  return answerOf<T>(send('POST', path, { type: 'text/csv', text: csv }));
}

/** The answer as CSV. */
export async function apiCsv(method: string, path: string, body?: unknown): Promise<string> {
  const sent = body === undefined ? {} : { type: 'application/json', text: JSON.stringify(body) };
  return (await send(method, path, { ...sent, accept: 'text/csv' })).text();
}

async function answerOf<T>(sent: Promise<Response>): Promise<T> {
  const response = await sent;
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A network that swallows what is sent to it answers nothing, for minutes. */
const NO_ANSWER_MS = 60_000;

async function send(method: string, path: string, body: Sent): Promise<Response> {
  let response: Response;
  const patience = new AbortController();
  // Up to the head of the answer: its body may be long, and the line slow.
  const timer = setTimeout(() => patience.abort(), NO_ANSWER_MS);
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      ...(method === 'GET' ? { signal: patience.signal } : {}),
      headers: {
        accept: body.accept ?? 'application/json',
        ...OWN_REQUEST,
        ...(body.type === undefined ? {} : { 'content-type': body.type }),
      },
      ...(body.text === undefined ? {} : { body: body.text }),
    });
  } catch {
    throw new Problem(0, 'no answer', undefined);
  } finally {
    clearTimeout(timer);
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as {
    title?: string;
    detail?: string;
    code?: string;
    errors?: Fault[];
  };
  const title = problem.title ?? response.statusText;
  throw new Problem(response.status, title, problem.detail, problem.code, problem.errors);
}

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

async function send(method: string, path: string, body: Sent): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: body.accept ?? 'application/json',
        ...OWN_REQUEST,
        ...(body.type === undefined ? {} : { 'content-type': body.type }),
      },
      ...(body.text === undefined ? {} : { body: body.text }),
    });
  } catch {
    throw new Problem(0, 'no answer', undefined);
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

/** An RFC 9457 problem that the API answered, or no answer at all (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    title: string,
    readonly detail: string | undefined,
  ) {
    super(title);
  }
}

/** Marks a write as made by this page; another site cannot set it. */
const OWN_REQUEST = { 'x-lamplighter-request': 'console' };

export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...OWN_REQUEST,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Problem(0, 'no answer', undefined);
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
    throw new Problem(response.status, problem.title ?? response.statusText, problem.detail);
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

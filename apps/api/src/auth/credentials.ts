import type { IncomingHttpHeaders } from 'node:http';

/** What a request presents, before anything is checked. */
export type Presented =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'session'; readonly token: string }
  | { readonly type: 'malformed' };

export const SESSION_COOKIE = 'lamplighter_session';
const MAX_SECRET_LENGTH = 512;

/** An Authorization header wins over the cookie: who sends one means it. */
export function presentedBy(headers: IncomingHttpHeaders): Presented {
  const { authorization, cookie } = headers;
  if (authorization !== undefined) return fromAuthorization(authorization);
  const token = cookie === undefined ? undefined : cookieOf(cookie, SESSION_COOKIE);
  return token === undefined ? { type: 'none' } : { type: 'session', token };
}

function fromAuthorization(header: string): Presented {
  const [, scheme, value] = /^(\S+) +(\S+)\s*$/.exec(header) ?? [];
  if (scheme === undefined || value === undefined || value.length > 2 * MAX_SECRET_LENGTH) return { type: 'malformed' };
  if (scheme.toLowerCase() === 'bearer') return { type: 'bearer', token: value };
  if (scheme.toLowerCase() === 'basic') return fromBasic(value);
  return { type: 'malformed' };
}

/** RFC 7617: the user name has no colon, the password may. */
function fromBasic(value: string): Presented {
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon <= 0) return { type: 'malformed' };
  return { type: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

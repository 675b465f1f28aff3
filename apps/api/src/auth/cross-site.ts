import type { FastifyRequest } from 'fastify';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A header that only our own scripts can set: another origin would need a CORS permission that we never give. */
const REQUEST_HEADER = 'x-lamplighter-request';

/**
 * Whether a request that carries the session cookie changes something and was not made by the console (OWASP "Cross-Site
 * Request Forgery Prevention"). SameSite=Strict already keeps the cookie at home; this is the second lock.
 */
export function isCrossSiteWrite(request: Pick<FastifyRequest, 'method' | 'headers'>): boolean {
  if (SAFE_METHODS.has(request.method)) return false;
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return true;
  if (origin !== undefined) return !URL.canParse(origin) || new URL(origin).host !== host;
  return site === undefined && request.headers[REQUEST_HEADER] === undefined;
}

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Everything comes from this origin. The map draws in workers made from blobs and paints images from data. */
const STRICT_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Scalar writes style elements; scripts stay limited to our own files. */
const DOCS_POLICY = `${STRICT_POLICY}; style-src 'self' 'unsafe-inline'; font-src 'self' data:`;

const HEADERS: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=(self)'],
];

/** Set on the raw response, so that event streams, which bypass the reply, carry them as well. */
export function setSecurityHeaders(request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of HEADERS) response.setHeader(name, value);
  response.setHeader('content-security-policy', isDocs(request.url) ? DOCS_POLICY : STRICT_POLICY);
}

function isDocs(url: string | undefined): boolean {
  return url !== undefined && /^\/docs(?:[/?#]|$)/.test(url);
}

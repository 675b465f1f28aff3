import type { FastifyRequest } from 'fastify';

/** Whether the request comes from this machine itself, and not through a proxy on it. */
export function isLoopback(request: Pick<FastifyRequest, 'socket' | 'headers'>): boolean {
  if (request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined) return false;
  const address = request.socket.remoteAddress ?? '';
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

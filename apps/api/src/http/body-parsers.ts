import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** Bodies in bytes. Telemetry is what a broker would take in one PUBLISH; an import holds a city of lampposts. */
const BODY_LIMITS: Readonly<Record<string, number>> = {
  '/v1/telemetry': 256 * 1024,
  '/v1/network/things-stack/:server': 256 * 1024,
  '/v1/network/things-stack/:server/*': 256 * 1024,
  '/v1/network/chirpstack/:server': 256 * 1024,
  '/v1/uplinks': 256 * 1024,
  '/v1/device-types': 2 * 1024 * 1024,
  '/v1/device-types/:id': 2 * 1024 * 1024,
  '/v1/devices': 8 * 1024 * 1024,
  '/v1/claims': 4 * 1024 * 1024,
  '/v1/claims/import': 4 * 1024 * 1024,
  '/v1/devices/import': 32 * 1024 * 1024,
};
export const DEFAULT_BODY_LIMIT = 256 * 1024;

/** Deeper than any body of this API; checked before the text is parsed (TRAPS, class-validator). */
const MAX_DEPTH = 32;

/** A reviver costs several times the parsing, so it runs only where a forbidden key may be, escaped or not. */
const SUSPICIOUS = /__proto__|constructor|prototype|\\u00/;

/** Routes that take the bytes as they are, whatever their type. */
const RAW_ROUTES: ReadonlySet<string> = new Set([
  '/v1/telemetry',
  '/v1/network/things-stack/:server',
  '/v1/network/things-stack/:server/*',
  '/v1/network/chirpstack/:server',
  '/v1/uplinks',
]);

/** Replaces the parsers that Nest would register (`bodyParser: false`). */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const limit = BODY_LIMITS[route.url];
    if (limit !== undefined) route.bodyLimit = limit;
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, takesRawBody(request) ? body : parseJson(body as Buffer));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
  fastify.addContentTypeParser(['text/csv', 'text/plain'], { parseAs: 'buffer' }, (request, body, done) => {
    done(null, takesRawBody(request) ? body : (body as Buffer).toString('utf8'));
  });
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (takesRawBody(request)) done(null, body);
    else done(new Problem('bad-request', 'Send application/json.', { status: 415 }), undefined);
  });
}

function takesRawBody(request: FastifyRequest): boolean {
  return RAW_ROUTES.has(request.routeOptions.url ?? '');
}

/** @throws Problem `bad-request`; its text quotes nothing of the body */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = body.toString('utf8');
  if (nestingOf(text) > MAX_DEPTH)
    throw new Problem('bad-request', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  try {
    return SUSPICIOUS.test(text) ? JSON.parse(text, refuseForbiddenKeys) : JSON.parse(text);
  } catch (error) {
    if (error instanceof Problem) throw error;
    // The message of the parser quotes the body, which may hold a password (THREATS 37).
    throw new Problem('bad-request', 'The body is not JSON.');
  }
}

function refuseForbiddenKeys(this: unknown, key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
    throw new Problem('bad-request', `The key '${key}' is not allowed.`);
  }
  return value;
}

function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 92) i++;
      else if (char === 34) inString = false;
    } else if (char === 34) inString = true;
    else if (char === 123 || char === 91) deepest = Math.max(deepest, ++depth);
    else if (char === 125 || char === 93) depth--;
  }
  return deepest;
}

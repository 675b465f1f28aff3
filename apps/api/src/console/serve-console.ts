import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../http/problem.js';
import { ConsoleFiles } from './console-files.js';
import type { ConsoleFile } from './console-files.js';

const YEAR_SECONDS = 31_536_000;
/** Vite puts a hash of the contents into the names of what it builds. */
const HASHED = /^\/assets\//;
/** Addresses of the API, where an unknown one is a mistake and not a page of the console. */
const RESERVED = /^\/(?:v1|docs|health|sta|mqtt)(?:\/|$)|^\/(?:metrics|openapi\.json|asyncapi\.json)$/;

/** Serves the console's files at `/`. Addresses of its pages, which are no files, get the page that routes by itself. */
export function serveConsole(fastify: FastifyInstance, directory: string): void {
  const files = new ConsoleFiles(directory);
  fastify.get('/*', async (request, reply) => {
    const path = pathOf(request);
    if (RESERVED.test(path)) throw nothingHere();
    const file = await files.find(path);
    if (file !== null) return send(request, reply, file, HASHED.test(path));
    const page = wantsPage(request, path) ? await files.find('/index.html') : null;
    if (page === null) throw nothingHere();
    return send(request, reply, page, false);
  });
}

function wantsPage(request: FastifyRequest, path: string): boolean {
  const { accept = '*/*' } = request.headers;
  return !path.includes('.', path.lastIndexOf('/')) && /text\/html|\*\/\*/.test(accept);
}

function send(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile, forever: boolean): FastifyReply {
  void reply
    .header('cache-control', forever ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache')
    .header('etag', file.etag)
    .header('vary', 'accept-encoding')
    .header('content-type', file.type);
  if (request.headers['if-none-match'] === file.etag) return reply.status(304).send();
  const packed = file.gzip !== null && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  return packed ? reply.header('content-encoding', 'gzip').send(file.gzip) : reply.send(file.body);
}

function pathOf(request: FastifyRequest): string {
  const [path = '/'] = request.url.split('?');
  try {
    return decodeURIComponent(path);
  } catch {
    throw nothingHere();
  }
}

function nothingHere(): Problem {
  return new Problem('not-found', 'There is nothing at this address.');
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../http/problem.js';

const YEAR_SECONDS = 31_536_000;
/** Vite puts a hash of the contents into the names of what it builds. */
const HASHED = /^\/assets\//;
const RESERVED = /^\/(?:v1|docs|health|sta|mqtt)(?:\/|$)|^\/(?:metrics|openapi\.json|asyncapi\.json)$/;

/** Serves the console's files at `/`. Addresses of its pages, which are no files, get the page that routes by itself. */
export async function serveConsole(fastify: FastifyInstance, directory: string): Promise<void> {
  if (existsSync(directory)) {
    await fastify.register(fastifyStatic, {
      root: directory,
      serve: false,
      cacheControl: false,
      etag: true,
      lastModified: true,
    });
  }
  const hasConsole = existsSync(join(directory, 'index.html'));
  fastify.get('/*', (request, reply) => {
    const path = pathOf(request);
    if (!hasConsole || RESERVED.test(path)) throw nothingHere();
    return path.includes('.', path.lastIndexOf('/')) ? sendAsset(reply, path) : sendPage(request, reply);
  });
}

function sendAsset(reply: FastifyReply, path: string): FastifyReply {
  const caching = HASHED.test(path) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache';
  return reply.header('cache-control', caching).sendFile(path.slice(1));
}

function sendPage(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { accept } = request.headers;
  if (accept !== undefined && !/text\/html|\*\/\*/.test(accept)) throw nothingHere();
  return reply.header('cache-control', 'no-cache').sendFile('index.html');
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

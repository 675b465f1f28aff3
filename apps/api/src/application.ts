import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ApiModule } from './api.module.js';
import type { ApiParts } from './api.module.js';
import { AuthenticationService } from './auth/authentication.service.js';
import { needsCaller } from './auth/needs-caller.js';
import { serveConsole } from './console/serve-console.js';
import { Documents } from './docs/documents.js';
import { DEFAULT_BODY_LIMIT, registerBodyParsers } from './http/body-parsers.js';
import { nestLogger } from './http/nest-logger.js';
import { Problem } from './http/problem.js';
import { sendProblem, toProblem } from './http/problem.filter.js';
import { RateLimit } from './http/rate-limit.js';
import { setSecurityHeaders } from './http/security-headers.js';
import { refuseUnreadable } from './http/unreadable-request.js';
import { StreamRegistry } from './streams/stream-registry.service.js';
import { pipeMqttUpgrades } from './telemetry/mqtt-upgrade.js';

const KEEP_ALIVE_MS = 72_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Requests at once, in seconds of the average rate. */
const BURST_SECONDS = 2;

/** Builds the application over its adapters; `listen` is left to the caller. */
export async function createApi(parts: ApiParts): Promise<NestFastifyApplication> {
  const { settings, logger } = parts;
  const adapter = new FastifyAdapter({
    bodyLimit: DEFAULT_BODY_LIMIT,
    trustProxy: settings.behindProxy,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    clientErrorHandler: refuseUnreadable,
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: true },
    // The router refuses some addresses before any hook runs.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      setSecurityHeaders(request.raw, reply.raw);
      sendProblem(request, reply, toProblem(error));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.over(parts), adapter, {
    bodyParser: false,
    logger: nestLogger(logger),
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.decorateRequest('caller', null);
  addHooks(fastify, parts, app);
  registerBodyParsers(fastify);
  serveConsole(fastify, settings.consoleDirectory);
  app.get(Documents).build(app);
  parts.metrics.gauge('api_streams', 'Open event streams', () => app.get(StreamRegistry).size);
  await app.init();
  const server = app.getHttpServer() as Server;
  // Node would answer 417 without a word; one may as well do what is asked (RFC 9110 section 10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  pipeMqttUpgrades(server, settings.data.run('mqtt-ws.sock'), logger);
  return app;
}

/** In this order: say what the browser may do, hold back floods, find out who asks, all before a body is read. */
function addHooks(fastify: FastifyInstance, parts: ApiParts, app: NestFastifyApplication): void {
  const { adapters, settings, metrics, logger } = parts;
  const limit = new RateLimit(adapters.clock, settings.requestsPerSecond, settings.requestsPerSecond * BURST_SECONDS);
  const authentication = app.get(AuthenticationService);
  fastify.addHook('onRequest', async (request, reply) => {
    setSecurityHeaders(request.raw, reply.raw);
    const seconds = limit.take(request.ip);
    if (seconds !== null)
      throw new Problem('too-many-requests', 'Too many requests from one address.', { retryAfterSeconds: seconds });
    if (needsCaller(request.method, request.routeOptions.url)) request.caller = await authentication.callerOf(request);
  });
  fastify.addHook('onSend', async (request, reply) => {
    if (isApi(request) && reply.getHeader('cache-control') === undefined)
      void reply.header('cache-control', 'no-store');
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.noteRequest({ method: request.method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    logRequest(logger, request, reply, route);
  });
}

/** The pattern of the route and not its address: addresses may carry what does not belong in a log (THREATS 37). */
function logRequest(logger: Logger, request: FastifyRequest, reply: FastifyReply, route: string): void {
  const { method, id: requestId } = request;
  logger.debug(
    {
      requestId,
      method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      caller: request.caller?.name,
    },
    'answered',
  );
}

function isApi(request: FastifyRequest): boolean {
  return request.routeOptions.url?.startsWith('/v1/') === true;
}

import { Catch, HttpException, Inject } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { LamplighterError } from '#core';
import type { ErrorCode } from '#core';
import { LOGGER } from '../ports.js';
import { Problem, PROBLEM_TYPE, problemDocument } from './problem.js';

const RETRY_AFTER_SECONDS = 2;

/**
 * Writes every failure as a problem document of RFC 9457. Nothing of an unforeseen error leaves the process: the caller
 * gets the request id under which the log has it (THREATS 37).
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = toProblem(error);
    this.log(request, problem);
    sendProblem(request, reply, problem);
  }

  private log(request: FastifyRequest, problem: Problem): void {
    if (problem.status < 500) return;
    const { cause } = problem.extras;
    const facts = { requestId: request.id, route: request.routeOptions.url, code: problem.code };
    if (problem.code === 'internal') this.logger.error({ ...facts, err: cause }, 'request failed');
    else
      this.logger.warn({ ...facts, reason: cause instanceof Error ? cause.message : problem.message }, 'unavailable');
  }
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  if (reply.sent || reply.raw.headersSent) return;
  const retryAfter = problem.extras.retryAfterSeconds ?? (problem.status === 503 ? RETRY_AFTER_SECONDS : undefined);
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  if (problem.status === 401) void reply.header('www-authenticate', challengeFor(request));
  void reply
    .status(problem.status)
    .header('content-type', PROBLEM_TYPE)
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify)
    .send(problemDocument(problem, request.id));
}

/** A script of the console must not make the browser open its own password dialog, so only others are told about Basic. */
function challengeFor(request: FastifyRequest): string {
  const mode = request.headers['sec-fetch-mode'];
  const byScript = mode !== undefined && mode !== 'navigate';
  return byScript ? 'Bearer realm="lamplighter"' : 'Basic realm="lamplighter", charset="UTF-8"';
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof LamplighterError) return fromFault(error);
  if (error instanceof HttpException) return fromStatus(error.getStatus(), error);
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) return fromStatus(status, error);
  return new Problem('internal', 'Something failed that was not foreseen.', { cause: error });
}

function fromFault(error: LamplighterError): Problem {
  switch (error.code) {
    case 'conflict':
    case 'bad-request':
    case 'not-found':
    case 'query-too-large':
      return new Problem(error.code, error.message, { cause: error });
    case 'store-unavailable':
    case 'registry-unavailable':
    case 'journal-full':
    case 'journal-unwritable':
      return new Problem('unavailable', UNAVAILABLE[error.code], { cause: error });
    default:
      return new Problem('internal', 'Something failed that was not foreseen.', { cause: error });
  }
}

/** The text of a driver's error may name hosts and users, so callers get these. */
const UNAVAILABLE = {
  'store-unavailable': 'The time-series store does not answer.',
  'registry-unavailable': 'The registry does not answer.',
  'journal-full': 'The journal is full; the message was not taken.',
  'journal-unwritable': 'The message could not be put on disk; it was not taken.',
} as const satisfies Partial<Record<ErrorCode, string>>;

function fromStatus(status: number, cause: unknown): Problem {
  switch (status) {
    case 401:
      return new Problem('unauthenticated', 'Credentials are needed here.', { cause });
    case 403:
      return new Problem('forbidden', 'The credentials do not allow this.', { cause });
    case 404:
      return new Problem('not-found', 'There is nothing at this address.', { cause });
    case 405:
      return new Problem('bad-request', 'The address does not take this method.', { cause, status });
    case 413:
      return new Problem('too-large', 'The body is larger than this address takes.', { cause });
    case 414:
      return new Problem('bad-request', 'The address is too long.', { cause, status });
    case 415:
      return new Problem('bad-request', 'The address does not take this content type.', { cause, status });
    default:
      return status >= 500
        ? new Problem('internal', 'Something failed that was not foreseen.', { cause })
        : new Problem('bad-request', 'The request cannot be parsed.', { cause });
  }
}

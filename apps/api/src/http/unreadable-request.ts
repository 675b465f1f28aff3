import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, PROBLEM_TYPE, problemDocument } from './problem.js';

/** Node found no request in what came, so there is none of Fastify's replies to write the problem on. */
export function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (socket.writable) socket.write(answerTo(problemOf(error.code)));
  socket.destroy(error);
}

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('bad-request', 'The request did not come in time.', { status: 408 });
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('bad-request', 'The header fields are larger than this server takes.', { status: 431 });
    default:
      return new Problem('bad-request', 'What was sent is not a request of HTTP/1.1.');
  }
}

function answerTo(problem: Problem): string {
  const body = JSON.stringify(problemDocument(problem));
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

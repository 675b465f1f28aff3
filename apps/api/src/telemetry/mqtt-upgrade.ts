import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';

/** Connections of MQTT over WebSocket at once; the broker caps them per credential and address on its own. */
const MAX_PIPES = 20_000;
const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * Hands MQTT over WebSocket, which shares the HTTP port, to the broker as it came: the broker answers the handshake
 * (MQTT 3.1.1 section 6) and checks the credentials of the CONNECT.
 *
 * @param path the broker's socket for WebSocket
 */
export function pipeMqttUpgrades(server: Server, path: string, logger: Logger): void {
  const open = new Set<Socket>();
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Node takes its own listener off a socket that it hands over: an error that nobody hears ends the process.
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?', 1)[0] !== '/mqtt') return refuse(socket, NOT_FOUND);
    if (open.size >= MAX_PIPES) return refuse(socket, UNAVAILABLE);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    pipe(request, socket, head, path, logger);
  });
  server.on('close', () => {
    for (const socket of open) socket.destroy();
  });
}

function pipe(request: IncomingMessage, socket: Socket, head: Buffer, path: string, logger: Logger): void {
  const broker = connect(path);
  broker.once('connect', () => {
    broker.write(headOf(request));
    if (head.length > 0) broker.write(head);
    socket.pipe(broker).pipe(socket);
  });
  broker.on('error', (error) => {
    // It took the connection: somebody has gone in the middle of it, which any client may do.
    if (broker.bytesWritten > 0) return void socket.destroy();
    logger.warn({ reason: error.message }, 'the broker does not take MQTT over WebSocket');
    refuse(socket, UNAVAILABLE);
  });
  broker.once('close', () => socket.destroySoon());
  socket.once('close', () => broker.destroy());
}

/** The request as the client wrote it, with the address it came from. Node checked that no header holds a line break. */
function headOf(request: IncomingMessage): string {
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!;
    if (name.toLowerCase() !== 'x-forwarded-for') lines.push(`${name}: ${request.rawHeaders[i + 1]!}`);
  }
  lines.push(`X-Forwarded-For: ${request.socket.remoteAddress ?? ''}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** No time-out of the server watches the socket any more, so one whose peer never closes it would stay for good. */
function refuse(socket: Socket, answer: string): void {
  socket.end(answer, () => socket.destroy());
}

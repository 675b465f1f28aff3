import { chmodSync, existsSync, mkdirSync, unlinkSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { ClientCertificate } from '../access/access-policy.js';
import type { BrokerSettings, TlsSettings } from '../broker-settings.js';
import type { Origin } from './connection.js';

/** Takes over a connected socket. */
export type Accept = (socket: Duplex, origin: Origin) => void;

/** One read takes what the kernel holds; the engine works on it as one batch. */
const SOCKET_BUFFER_BYTES = 64 * 1024;
/** Waiting connections while ten thousand devices come back at once (THREATS 24). */
const BACKLOG = 4_096;

/** Ports that are open; null where there is no such listener. */
export interface Endpoints {
  readonly port: number;
  readonly tlsPort: number | null;
  readonly webSocketPort: number | null;
}

/** TCP, TLS and WebSocket, in front of one `accept`. */
export class Listeners {
  private readonly servers: (Server | HttpServer)[] = [];

  constructor(
    private readonly settings: BrokerSettings,
    private readonly accept: Accept,
  ) {}

  async open(): Promise<Endpoints> {
    const { settings } = this;
    const at = { host: settings.host, backlog: BACKLOG };
    const tcp = await this.listen(this.tcpServer(), { ...at, port: settings.port });
    const tls = settings.tls && (await this.listen(this.tlsServer(settings.tls), { ...at, port: settings.tls.port }));
    if (settings.webSocketPath !== null) await this.listenOnPath(settings.webSocketPath);
    const webSocket =
      settings.webSocketPort === null
        ? null
        : await this.listen(this.webSocketServer(false), { ...at, port: settings.webSocketPort });
    return { port: tcp, tlsPort: tls, webSocketPort: webSocket };
  }

  /** Takes no more connections; those that are open stay. */
  close(): void {
    for (const server of this.servers) server.close();
  }

  private tcpServer(): Server {
    return createTcpServer({ noDelay: true, highWaterMark: SOCKET_BUFFER_BYTES }, (socket) => {
      this.accept(socket, { address: socket.remoteAddress ?? '', transport: 'tcp', certificate: null });
    });
  }

  private tlsServer(tls: TlsSettings): Server {
    const server = createTlsServer(
      {
        cert: tls.cert,
        key: tls.key,
        minVersion: 'TLSv1.2',
        handshakeTimeout: this.settings.limits.connectTimeoutMs,
        noDelay: true,
        // A device may also come with its key alone, so a missing certificate is judged with the credential.
        ...(tls.ca === null ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: false }),
      },
      (socket) =>
        this.accept(socket, {
          address: socket.remoteAddress ?? '',
          transport: 'tls',
          certificate: certificateOf(socket),
        }),
    );
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  }

  private webSocketServer(behindProxy: boolean): HttpServer {
    const { limits } = this.settings;
    const http = createHttpServer(
      { headersTimeout: limits.connectTimeoutMs, requestTimeout: limits.connectTimeoutMs },
      (_request, response) => {
        response
          .writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket' })
          .end('MQTT over WebSocket is spoken here.\n');
      },
    );
    const sockets = new WebSocketServer({
      server: http,
      maxPayload: limits.maxPacketBytes * 4,
      perMessageDeflate: false,
      // [MQTT-6.0.0-3] [MQTT-6.0.0-4]
      handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
    });
    // It repeats every error of the HTTP server, to which `listen` listens.
    sockets.on('error', () => undefined);
    sockets.on('connection', (socket, request) => this.acceptWebSocket(socket, request, behindProxy));
    return http;
  }

  private acceptWebSocket(socket: WebSocket, request: IncomingMessage, behindProxy: boolean): void {
    // A frame that breaks the protocol is an error of its WebSocket, also while that is being refused; unheard it ends the process.
    socket.on('error', () => socket.terminate());
    if (socket.protocol !== 'mqtt') return socket.close(1002, 'the subprotocol must be mqtt');
    socket.on('message', (_data, binary) => {
      if (!binary) socket.terminate(); // [MQTT-6.0.0-1]
    });
    const stream = createWebSocketStream(socket, { highWaterMark: SOCKET_BUFFER_BYTES });
    stream.on('error', () => stream.destroy());
    this.accept(stream, { address: addressOf(request, behindProxy), transport: 'websocket', certificate: null });
  }

  private async listenOnPath(path: string): Promise<void> {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (existsSync(path)) unlinkSync(path);
    await this.listen(this.webSocketServer(true), { path });
    chmodSync(path, 0o600);
  }

  private listen(server: Server | HttpServer, options: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(options, () => {
        server.off('error', reject);
        server.on('error', () => undefined); // a failed accept() concerns nobody else
        this.servers.push(server);
        const address = server.address() as AddressInfo | string | null;
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }
}

function certificateOf(socket: TLSSocket): ClientCertificate | null {
  const certificate = socket.getPeerCertificate();
  if (certificate.fingerprint256 === undefined) return null;
  return { fingerprint: normalFingerprint(certificate.fingerprint256), trusted: socket.authorized };
}

/** SHA-256 fingerprints are compared as lower-case hexadecimal without colons. */
function normalFingerprint(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

/** Only the API, which alone can open the Unix socket, is believed about the address of its client. */
function addressOf(request: IncomingMessage, behindProxy: boolean): string {
  const forwarded = behindProxy ? request.headers['x-forwarded-for'] : undefined;
  const last = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(',').at(-1)?.trim();
  return last ?? (request.socket as Socket).remoteAddress ?? 'unix';
}

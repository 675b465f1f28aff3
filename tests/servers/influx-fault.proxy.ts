import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** What the proxy does to one write instead of passing it on; null passes it on untouched. */
export type Fault =
  | { readonly type: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The server stores the lines, and the client never hears of it. */
  | { readonly type: 'store-then-silence' }
  | { readonly type: 'store-then-reset' }
  | { readonly type: 'reset' };

/** A write as the proxy saw it. */
export interface SeenWrite {
  readonly lines: readonly string[];
  readonly at: number;
  readonly fault: Fault | null;
}

/** An HTTP proxy in front of a real InfluxDB that hurts writes and passes everything else on. */
export class FaultProxy {
  readonly writes: SeenWrite[] = [];
  /** Decides about each write. */
  plan: (lines: readonly string[], number: number) => Fault | null = () => null;

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  static async start(target: string): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new FaultProxy(server, target);
    server.on('request', (incoming, outgoing) => void proxy.handle(incoming, outgoing));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const fault = incoming.url?.startsWith('/api/v2/write') === true ? this.judge(body) : null;
    if (fault === null) return this.forward(incoming, body, outgoing);
    if (fault.type === 'reset') return void incoming.socket.resetAndDestroy();
    if (fault.type === 'answer')
      return void outgoing.writeHead(fault.status, fault.headers).end('{"message":"injected"}');
    this.forward(incoming, body, null, () => {
      if (fault.type === 'store-then-reset') incoming.socket.resetAndDestroy();
    });
  }

  private judge(body: Buffer): Fault | null {
    const lines = gunzipSync(body).toString('utf8').split('\n');
    const fault = this.plan(lines, this.writes.length);
    this.writes.push({ lines, at: performance.now(), fault });
    return fault;
  }

  private forward(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse | null, done?: () => void): void {
    const { host: _, ...headers } = incoming.headers;
    const options = { method: incoming.method, headers: { ...headers, 'content-length': body.length } };
    const upstream = request(this.target + incoming.url!, options, (answer) => {
      if (outgoing === null) {
        answer.resume().on('end', () => done?.());
      } else {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      }
    });
    upstream.on('error', () => outgoing?.destroy());
    upstream.end(body);
  }
}

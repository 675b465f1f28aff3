import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP connection in between that can be cut, or lose what one side says before it is cut. */
export class CuttableProxy {
  private readonly server: Server = createServer((socket) => this.pipe(socket));
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private holding = false;
  private refusing = false;
  /** Times of connections, monotonic milliseconds. */
  readonly connectedAt: number[] = [];

  constructor(
    private readonly target: number,
    private readonly host = '127.0.0.1',
  ) {}

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
  }

  /** From now on nothing of what clients say arrives; they do not notice. */
  holdClients(): void {
    this.holding = true;
    for (const [client] of this.pairs) client.unpipe();
  }

  /** Ends every connection without a word. While it refuses, new ones end at once. */
  cut(options: { readonly refuse?: boolean } = {}): void {
    this.refusing = options.refuse ?? false;
    this.holding = false;
    for (const [client, server] of this.pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  admit(): void {
    this.refusing = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.server.close(done));
  }

  private pipe(client: Socket): void {
    this.connectedAt.push(performance.now());
    if (this.refusing) {
      client.destroy();
      return;
    }
    const server = connect(this.target, this.host);
    const pair = [client, server] as const;
    this.pairs.add(pair);
    server.pipe(client);
    if (!this.holding) client.pipe(server);
    for (const [one, other] of [pair, [server, client] as const]) {
      one.on('error', () => undefined);
      one.once('close', () => {
        this.pairs.delete(pair);
        other.destroy();
      });
    }
  }
}

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Forwards everything, but swallows PUBACKs on demand. */
export class AckDroppingProxy {
  dropping = false;
  /** Bytes that were swallowed. */
  dropped = 0;
  private readonly sockets: Socket[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(target: number): Promise<AckDroppingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new AckDroppingProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => proxy.join(client, connect(target, '127.0.0.1')));
    return proxy;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private join(client: Socket, broker: Socket): void {
    this.sockets.push(client, broker);
    client.on('error', () => broker.destroy()).pipe(broker);
    client.on('close', () => broker.destroy());
    broker
      .on('error', () => client.destroy())
      .on('data', (data) => {
        if (this.dropping) this.dropped += data.length;
        else client.write(data);
      });
  }
}

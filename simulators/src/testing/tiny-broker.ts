import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { generate, parser } from 'mqtt-packet';

export interface Published {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** As much of a broker as tests of publishers need: checks keys, acknowledges QoS 1, remembers what came. */
export class TinyBroker {
  readonly published: Published[] = [];
  readonly wills: string[] = [];
  /** Passwords that are refused with return code 5. */
  readonly badPasswords = new Set<string>();
  acknowledge = true;
  private readonly server: Server = createServer((socket) => this.serve(socket));
  private readonly sockets = new Set<Socket>();
  private port = 0;

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.dropConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    let clientId = '';
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        clientId = packet.clientId;
        const returnCode = this.badPasswords.has(packet.password?.toString() ?? '') ? 5 : 0;
        if (packet.will !== undefined) this.wills.push(packet.will.topic);
        socket.write(generate({ cmd: 'connack', returnCode, sessionPresent: false }));
        if (returnCode !== 0) socket.end();
      } else if (packet.cmd === 'publish') {
        this.published.push({
          clientId,
          topic: packet.topic,
          payload: packet.payload.toString(),
          retain: packet.retain,
        });
        if (packet.qos === 1 && this.acknowledge)
          socket.write(generate({ cmd: 'puback', messageId: packet.messageId! }));
      } else if (packet.cmd === 'pingreq') {
        socket.write(generate({ cmd: 'pingresp' }));
      }
    });
    socket.on('data', (bytes) => packets.parse(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}

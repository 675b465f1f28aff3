import { connect, type Socket } from 'node:net';
import { PATIENCE_MS } from '#core/testing';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';

export interface ConnectWith {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly clean?: boolean;
  readonly keepalive?: number;
  readonly will?: { topic: string; payload: string; qos?: 0 | 1 | 2; retain?: boolean };
  readonly protocolVersion?: 3 | 4 | 5;
}

/** A bare MQTT client over one socket: it sends what it is told, byte for byte, and keeps what comes back. */
export class MqttConnection {
  /** Packets that came and were not asked for yet. */
  readonly inbox: Packet[] = [];
  closed = false;
  /** Answers PUBLISH, PUBREC and PUBREL as a client should. */
  acknowledges = true;
  private readonly wakers = new Set<() => void>();
  private nextId = 1;

  private constructor(readonly socket: Socket) {
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => this.received(packet));
    parser.on('error', () => socket.destroy());
    socket.on('data', (data) => parser.parse(data));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  static async open(port: number, host = '127.0.0.1'): Promise<MqttConnection> {
    const socket = connect({ port, host, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new MqttConnection(socket);
  }

  /** Over a socket that is connected already (TLS). */
  static over(socket: Socket): MqttConnection {
    return new MqttConnection(socket);
  }

  /** Sends CONNECT and returns the code of the CONNACK, or null when the connection was closed without one. */
  async connect(as: ConnectWith): Promise<number | null> {
    const packet: IConnectPacket = {
      cmd: 'connect',
      protocolId: as.protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion: as.protocolVersion ?? 4,
      clientId: as.clientId,
      clean: as.clean ?? true,
      keepalive: as.keepalive ?? 60,
      ...(as.username === undefined ? {} : { username: as.username }),
      ...(as.password === undefined ? {} : { password: Buffer.from(as.password) }),
      ...(as.will === undefined
        ? {}
        : { will: { qos: 0, retain: false, ...as.will, payload: Buffer.from(as.will.payload) } }),
    };
    this.send(packet);
    const answer = await this.next('connack');
    return answer === null ? null : ((answer as { returnCode: number }).returnCode ?? null);
  }

  send(packet: Packet): void {
    this.socket.write(mqttPacket.generate(packet));
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Publishes; for QoS 1 resolves with whether the PUBACK came, for QoS 2 the PUBCOMP. */
  async publish(
    topic: string,
    payload: string | Buffer,
    options: { qos?: 0 | 1 | 2; retain?: boolean; messageId?: number; dup?: boolean } = {},
  ): Promise<boolean> {
    const { qos = 1, retain = false, dup = false } = options;
    const messageId = options.messageId ?? this.nextId++;
    this.send({
      cmd: 'publish',
      topic,
      payload,
      qos,
      retain,
      dup,
      ...(qos === 0 ? {} : { messageId }),
    } as IPublishPacket);
    if (qos === 0) return true;
    return (await this.next(qos === 1 ? 'puback' : 'pubcomp', (packet) => packet.messageId === messageId)) !== null;
  }

  /** The granted QoS of each filter, 0x80 for a refusal; null when the connection was closed. */
  async subscribe(...filters: (string | { topic: string; qos: 0 | 1 | 2 })[]): Promise<number[] | null> {
    const messageId = this.nextId++;
    const subscriptions = filters.map((filter) =>
      typeof filter === 'string' ? { topic: filter, qos: 1 as const } : filter,
    );
    this.send({ cmd: 'subscribe', messageId, subscriptions } as Packet);
    const answer = await this.next('suback', (packet) => packet.messageId === messageId);
    return answer === null ? null : ((answer as { granted: number[] }).granted ?? null);
  }

  async unsubscribe(...filters: string[]): Promise<boolean> {
    const messageId = this.nextId++;
    this.send({ cmd: 'unsubscribe', messageId, unsubscriptions: filters } as Packet);
    return (await this.next('unsuback', (packet) => packet.messageId === messageId)) !== null;
  }

  /** The next packet of this kind, taken out of the inbox; null when the connection closes or none comes in time. */
  async next(cmd: Packet['cmd'], matches: (packet: Packet) => boolean = () => true): Promise<Packet | null> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const at = this.inbox.findIndex((packet) => packet.cmd === cmd && matches(packet));
      if (at >= 0) return this.inbox.splice(at, 1)[0]!;
      const left = deadline - performance.now();
      if (this.closed || left <= 0) return null;
      await this.somethingHappens(left);
    }
  }

  /** The next so many PUBLISH packets; fewer when the connection closes or no more come in time. */
  async messages(count: number): Promise<IPublishPacket[]> {
    const found: IPublishPacket[] = [];
    while (found.length < count) {
      const packet = await this.next('publish');
      if (packet === null) break;
      found.push(packet as IPublishPacket);
    }
    return found;
  }

  /** PINGREQ, and whether its answer came: whatever the broker had to answer before has come, too. */
  async ping(): Promise<boolean> {
    this.send({ cmd: 'pingreq' });
    return (await this.next('pingresp')) !== null;
  }

  /** Resolves with whether the connection was closed by the other side in time. */
  async closes(): Promise<boolean> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!this.closed && performance.now() < deadline) await this.somethingHappens(deadline - performance.now());
    return this.closed;
  }

  /** DISCONNECT, then the end of the socket. */
  async disconnect(): Promise<void> {
    this.send({ cmd: 'disconnect' });
    this.socket.end();
    await this.closes();
  }

  /** The cable is cut: no DISCONNECT. */
  cut(): void {
    this.socket.resetAndDestroy();
  }

  private received(packet: Packet): void {
    this.inbox.push(packet);
    if (this.acknowledges) this.acknowledge(packet);
    this.wake();
  }

  private acknowledge(packet: Packet): void {
    const { messageId } = packet;
    if (packet.cmd === 'publish' && packet.qos === 1) this.send({ cmd: 'puback', messageId } as Packet);
    if (packet.cmd === 'publish' && packet.qos === 2) this.send({ cmd: 'pubrec', messageId } as Packet);
    if (packet.cmd === 'pubrec') this.send({ cmd: 'pubrel', messageId } as Packet);
    if (packet.cmd === 'pubrel') this.send({ cmd: 'pubcomp', messageId } as Packet);
  }

  private wake(): void {
    for (const waker of this.wakers) waker();
  }

  private somethingHappens(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(wake, withinMs);
      const { wakers } = this;
      function wake(): void {
        clearTimeout(timer);
        wakers.delete(wake);
        resolve();
      }
      wakers.add(wake);
    });
  }
}

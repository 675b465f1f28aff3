import { Inject, Injectable } from '@nestjs/common';
import {
  Aedes,
  type AuthenticateError,
  type AedesPublishPacket,
  type Client,
  type ConnectPacket,
  type PublishPacket,
  type Subscription,
} from 'aedes';
import type { Logger } from 'pino';
import { withoutSecrets } from '#identity';
import { type AccessPolicy, type Refusal, returnCodeOf, type Verdict } from '../access/access-policy.js';
import { AuditTrail } from '../access/audit-trail.js';
import { BrokerCounters } from '../broker-counters.js';
import type { BrokerSettings } from '../broker-settings.js';
import type { Connection } from '../front/connection.js';
import { ConnectionTable } from '../front/connection-table.js';
import { TelemetryInterest } from '../lane/telemetry-interest.js';
import type { ForwardedMessage } from '../lane/telemetry-lane.js';
import { JournalHealth } from '../status/journal-health.js';
import { LOGGER, POLICY, SETTINGS } from '../tokens.js';
import { deduplicateByNumber, internalsOf } from './aedes-internals.js';
import { DeliveryEmitter } from './delivery-emitter.js';
import { SessionPersistence } from './session-persistence.js';

interface Greeting {
  readonly clientId: string;
  readonly clean: boolean;
  readonly version: number;
}

/** Sessions are looked over for expiry this often. */
const EXPIRY_INTERVAL_MS = 60_000;
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

/**
 * Aedes with our decisions in its hooks: sessions, subscriptions, wills, retained messages and QoS 2 are its work. Telemetry
 * of QoS 0 and 1 does not come this far, see `TelemetryLane`.
 */
@Injectable()
export class MqttEngine {
  private readonly aedes: Aedes;
  private readonly connections = new WeakMap<object, Connection>();
  private readonly clients = new WeakMap<Connection, Client>();
  private readonly greetings = new WeakMap<Client, Greeting>();
  private expiry: NodeJS.Timeout | null = null;
  /** Told of a client whose CONNECT is about to be accepted. */
  admitted: (connection: Connection) => void = noop;

  constructor(
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    @Inject(POLICY) private readonly policy: AccessPolicy,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly persistence: SessionPersistence,
    interest: TelemetryInterest,
    private readonly table: ConnectionTable,
    private readonly counters: BrokerCounters,
    private readonly audit: AuditTrail,
    private readonly journalHealth: JournalHealth,
  ) {
    const { limits } = settings;
    this.aedes = new Aedes({
      mq: new DeliveryEmitter(interest),
      persistence,
      // The connection has a timer of its own, which is fair to a peer whose CONNECT is here but was not read yet.
      connectTimeout: limits.connectTimeoutMs * 100,
      drainTimeout: limits.drainTimeoutMs,
      // Counted in packets that wait for CONNACK; the gate holds them all back.
      queueLimit: 8,
      preConnect: (client, packet, done) => this.preConnect(client, packet, done),
      authenticate: (client, username, password, done) => this.authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => this.authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => this.authorizeSubscribe(client, subscription, done),
      authorizeForward: (client, packet) => this.authorizeForward(client, packet),
    });
    this.listenToEvents();
  }

  async start(): Promise<void> {
    await this.aedes.listen();
    this.expiry = setInterval(() => void this.persistence.expire(), EXPIRY_INTERVAL_MS);
  }

  /** Closes every connection; wills are published as far as they are permitted. */
  async stop(): Promise<void> {
    if (this.expiry !== null) clearInterval(this.expiry);
    await new Promise<void>((resolve) => this.aedes.close(resolve));
    await this.persistence.destroy();
  }

  /** Takes over a socket whose `read()` is guarded already. */
  handle(connection: Connection): void {
    this.connections.set(connection.socket, connection);
    const client = this.aedes.handle(connection.socket);
    this.clients.set(connection, client);
    deduplicateByNumber(internalsOf(client));
  }

  forward(connection: Connection, message: ForwardedMessage): void {
    // The types do not show that a publisher may be given, which [MQTT-3.8.3-3] `no local` and the logs need.
    const publish = this.aedes.publish.bind(this.aedes) as unknown as (
      packet: PublishPacket,
      client: Client | undefined,
      done: () => void,
    ) => void;
    publish({ cmd: 'publish', dup: false, retain: false, ...message }, this.clients.get(connection), noop);
  }

  /** Publishes in the name of the broker itself. */
  publish(topic: string, payload: string, retain: boolean): void {
    this.aedes.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, dup: false, retain }, noop);
  }

  /** Hears what is published on a topic of the platform's own; only services may publish there. */
  async listen(topic: string, heard: (payload: Buffer) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.aedes.subscribe(
        topic,
        (packet, done) => {
          heard(bytesOf(packet.payload));
          done();
        },
        resolve,
      );
    });
  }

  keepAlive(connection: Connection): void {
    const client = this.clients.get(connection);
    if (client !== undefined) internalsOf(client)._keepaliveTimer?.refresh();
  }

  subscriptionCount(connection: Connection): number {
    const client = this.clients.get(connection);
    return client === undefined ? 0 : Object.keys(internalsOf(client).subscriptions).length;
  }

  /** Ends the connection, and with `discard` its session. */
  async end(connection: Connection, discard: boolean): Promise<void> {
    connection.revoke();
    this.clients.get(connection)?.close();
    if (discard && connection.clientId !== null) await this.persistence.discard(connection.clientId);
  }

  async discardSession(clientId: string): Promise<void> {
    await this.persistence.discard(clientId);
  }

  private preConnect(
    client: Client,
    packet: ConnectPacket,
    done: (error: Error | null, proceed: boolean) => void,
  ): void {
    this.greetings.set(client, {
      clientId: packet.clientId,
      clean: packet.clean === true,
      version: packet.protocolVersion ?? 4,
    });
    done(null, true);
  }

  private authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void {
    const connection = this.connectionOf(client);
    const greeting = this.greetings.get(client);
    if (connection === undefined || greeting === undefined) return done(denial('no-credentials'), false);
    void this.judge(client, connection, greeting, username, password).then((verdict) => {
      if ('refused' in verdict) {
        this.refused(connection, verdict.refused, username);
        return done(denial(verdict.refused), false);
      }
      const name = username ?? verdict.principal.id;
      const keyHash = verdict.keyHash ?? null;
      connection.accepted(verdict.principal, name, this.policy.standing(name, keyHash), keyHash);
      // Who left while the credential was looked at is not metered either; the engine has forgotten the client already.
      if (!this.table.named(connection, name)) return;
      this.admitted(connection);
      done(null, true);
    });
  }

  private async judge(
    client: Client,
    connection: Connection,
    greeting: Greeting,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<Verdict> {
    const misnamed = this.judgeClientId(greeting);
    if (misnamed !== null) return { refused: misnamed };
    const { address, certificate } = connection.origin;
    const verdict = await this.policy.authenticate({
      clientId: client.id,
      clean: greeting.clean,
      username,
      password,
      address,
      certificate,
    });
    if ('refused' in verdict) return verdict;
    const { principal } = verdict;
    if (principal.type !== 'service' && this.journalHealth.refusing()) return { refused: 'journal-full' };
    if (principal.type === 'user' && this.heldByAnother(principal.id, client.id))
      return { refused: 'client-id-in-use' };
    return verdict;
  }

  private judgeClientId(greeting: Greeting): Refusal | null {
    // [MQTT-3.1.3-8] without an id there is no session to keep; [MQTT-3.1.3-7] MQTT 3.1 has no empty id at all.
    if (greeting.clientId === '' && (!greeting.clean || greeting.version === 3)) return 'client-id-missing';
    if (greeting.clientId.length > this.settings.limits.maxClientIdLength || CONTROL_CHARACTERS.test(greeting.clientId))
      return 'client-id-too-long';
    return null;
  }

  /** Users choose their client ids; one that somebody else is connected with is taken. */
  private heldByAnother(userId: string, clientId: string): boolean {
    for (const connection of this.table.ofClient(clientId)) {
      const { principal } = connection;
      if (principal !== null && !(principal.type === 'user' && principal.id === userId)) return true;
    }
    return false;
  }

  private authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const connection = client === null ? undefined : this.connectionOf(client);
    const principal = connection?.principal;
    if (connection === undefined || !principal) return done(new Error('The publisher is not known any more'));
    const { topic } = packet;
    const decision = this.policy.mayPublish(principal, topic);
    if (!decision.allowed) {
      this.counters.denied++;
      this.audit.record({
        actor: principal.id,
        action: 'mqtt.publish-denied',
        subject: withoutSecrets(topic).slice(0, 256),
        detail: { reason: decision.reason, address: connection.origin.address },
      });
      return done(new Error(`The publication was denied: ${decision.reason}`));
    }
    const source = this.policy.journalSource(principal, topic);
    if (source !== null) return connection.lane.journal(source, topic, bytesOf(packet.payload), () => done(null));
    this.counters.messages++;
    // PUBACKs go out in the order of the PUBLISH packets [MQTT-4.6.0-2], also those of messages that need no fsync.
    connection.lane.inOrder(() => done(null));
  }

  private authorizeSubscribe(
    client: Client,
    subscription: Subscription,
    done: (error: Error | null, subscription?: Subscription | null) => void,
  ): void {
    const connection = this.connectionOf(client);
    const principal = connection?.principal;
    const granted = principal ? this.policy.maySubscribe(principal, subscription.topic).allowed : false;
    done(null, granted ? subscription : null);
  }

  /** Asked for every delivery, those of a restored session included (THREATS 5, 6). */
  private authorizeForward(client: Client, packet: AedesPublishPacket): AedesPublishPacket | null {
    const connection = this.connectionOf(client);
    const principal = connection?.principal;
    if (!principal || !this.policy.mayReceive(principal, packet.topic).allowed) return null;
    if (connection.socket.writableLength <= this.settings.limits.maxOutboundBytes) return packet;
    this.counters.droppedForSubscribers++;
    if (packet.qos === 0) return null;
    // It does not read. A persistent session finds the message in its queue when it comes back.
    connection.socket.destroy();
    return packet;
  }

  private listenToEvents(): void {
    const { aedes } = this;
    aedes.on('connackSent', (packet, client) => {
      if (packet.returnCode !== 0) return;
      this.persistence.online(client.id);
      this.connectionOf(client)?.open();
    });
    aedes.on('clientDisconnect', (client) => this.persistence.gone(client.id));
    // The types hide that a client whose CONNECT cannot be read has no id.
    const failed = ({ id }: { readonly id: string | null }, error: Error): void => {
      const client = id === null ? null : withoutSecrets(id);
      this.logger.debug({ client, reason: error.message }, 'connection ended by an error');
    };
    aedes.on('clientError', failed);
    aedes.on('connectionError', failed);
    aedes.on(
      'error' as never,
      ((error: Error) => this.logger.error({ reason: error.message }, 'mqtt engine')) as never,
    );
  }

  private refused(connection: Connection | undefined, reason: string, username: string | undefined): void {
    this.counters.refuse(reason);
    const address = connection?.origin.address ?? '';
    this.audit.record({
      actor: withoutSecrets(username ?? '').slice(0, 128),
      action: 'mqtt.connect-refused',
      subject: address,
      detail: { reason },
    });
  }

  private connectionOf(client: Client): Connection | undefined {
    return this.connections.get(client.conn);
  }
}

function denial(refused: Refusal): AuthenticateError {
  return Object.assign(new Error(`The connection was refused: ${refused}`), {
    returnCode: returnCodeOf(refused),
  }) as AuthenticateError;
}

function bytesOf(payload: Buffer | string): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

function noop(): void {
  // what becomes of a delivery is the subscriber's matter
}

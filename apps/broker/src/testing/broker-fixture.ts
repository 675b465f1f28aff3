import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IPublishPacket } from 'mqtt-packet';
import type { Logger } from 'pino';
import { deviceTopic, type JournalRecord } from '#core';
import { generateKey, hashKey } from '#identity';
import type { Journal } from '#journal';
import { openJournal } from '#journal/lmdb';
import type { Registry } from '#registry';
import { openSqliteRegistry } from '#registry/sqlite';
import { FollowedRegistry } from '#registry/testing';
import { type BrokerLimits, type BrokerSettings, DEFAULT_LIMITS } from '../broker-settings.js';
import { createBroker, type RunningBroker } from '../create-broker.js';
import { type ConnectWith, MqttConnection } from './mqtt-connection.js';

export const PEPPER = 'pepper-of-the-specs-0123456789abcdef';
export const SERVICE_KEY = 'service-key-of-the-specs-0123456789';
const KIND = 'smart-lamppost';
const DEPARTMENT = 'hyd';
const MARK_TOPIC = 'lamplighter/mark';

export interface FixtureOptions {
  readonly limits?: Partial<BrokerLimits>;
  readonly settings?: Partial<BrokerSettings>;
  /** Stands between the broker and the real journal. */
  readonly journal?: (real: Journal) => Journal;
  readonly logger?: Logger;
}

export interface TestDevice {
  readonly id: string;
  readonly key: string;
  readonly login: ConnectWith & { readonly username: string; readonly password: string };
  topic(channel: 'telemetry' | 'status' | 'command' | 'command/ack' | 'rejected' | 'quota'): string;
}

/** The real broker over a real journal and registry in a directory of its own, on free ports. */
export class BrokerFixture {
  broker!: RunningBroker;
  journal!: Journal;
  private readonly opened: MqttConnection[] = [];
  private marker: MqttConnection | null = null;
  private marks = 0;
  private followed!: FollowedRegistry;

  private constructor(
    readonly directory: string,
    readonly registry: Registry,
    private readonly options: FixtureOptions,
  ) {}

  static async start(options: FixtureOptions = {}): Promise<BrokerFixture> {
    const directory = mkdtempSync(join(tmpdir(), 'lamplighter-broker-'));
    const registry = await openSqliteRegistry({ path: join(directory, 'registry.sqlite') });
    const fixture = new BrokerFixture(directory, registry, options);
    await fixture.startBroker();
    return fixture;
  }

  get port(): number {
    return this.broker.ports.port;
  }

  async startBroker(): Promise<void> {
    this.journal = await openJournal(join(this.directory, 'journal'));
    const { options } = this;
    const settings: BrokerSettings = {
      host: '127.0.0.1',
      port: 0,
      tls: null,
      webSocketPath: null,
      webSocketPort: null,
      dataDirectory: this.directory,
      open: false,
      approvals: new Map(),
      ...options.settings,
      limits: { ...DEFAULT_LIMITS, registryPollMs: 100, ...options.limits },
    };
    this.followed = new FollowedRegistry(this.registry);
    this.broker = await createBroker({
      settings,
      journal: options.journal?.(this.journal) ?? this.journal,
      registry: this.followed.registry,
      secrets: { pepper: PEPPER, serviceKey: SERVICE_KEY },
      ...(options.logger === undefined ? {} : { logger: options.logger }),
    });
  }

  async stopBroker(): Promise<void> {
    await this.broker.close();
    await this.journal.close();
  }

  async stop(): Promise<void> {
    for (const connection of this.opened) connection.socket.destroy();
    await this.stopBroker();
    await this.registry.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Registers devices with keys; they are known to the broker at once, by look-up. */
  async devices(...ids: string[]): Promise<TestDevice[]> {
    await this.registry.departments.put({
      id: DEPARTMENT,
      titles: { en: 'Highways', 'zh-Hant': '路政署', 'zh-Hans': '路政署' },
    });
    await this.registry.devices.create(
      ids.map((id) => ({ id, kind: KIND, department: DEPARTMENT, latitude: 22.3, longitude: 114.17 })),
    );
    const devices = ids.map((id) => deviceOf(id, generateKey()));
    await this.registry.credentials.put(
      devices.map(({ id, key }) => ({
        username: id,
        clientId: id,
        type: 'device' as const,
        subject: id,
        application: null,
        keyHash: hashKey(PEPPER, key),
        certificateFingerprint: null,
      })),
    );
    return devices;
  }

  async device(id: string): Promise<TestDevice> {
    return (await this.devices(id))[0]!;
  }

  /** A socket to the broker, without CONNECT. */
  async socket(): Promise<MqttConnection> {
    const connection = await MqttConnection.open(this.port);
    this.opened.push(connection);
    return connection;
  }

  /** A client that is connected. @throws Error when the broker refuses it */
  async client(login: ConnectWith): Promise<MqttConnection> {
    const connection = await this.socket();
    const code = await connection.connect(login);
    if (code !== 0) throw new Error(`CONNACK ${code}`);
    return connection;
  }

  async service(name: string): Promise<MqttConnection> {
    return this.client({ clientId: `service:${name}`, username: `service:${name}`, password: SERVICE_KEY });
  }

  /**
   * What came to a client before a mark that is published to it now. What must not come would have come before the mark, so
   * nobody waits to see that nothing comes.
   * @param topic one that the client is subscribed to; by default one of services, which is subscribed to here
   */
  async beforeMark(client: MqttConnection, topic?: string): Promise<IPublishPacket[]> {
    if (topic === undefined) await client.subscribe(MARK_TOPIC);
    if (this.marker === null || this.marker.closed) this.marker = await this.service('marker');
    const mark = `mark ${++this.marks}`;
    await this.marker.publish(topic ?? MARK_TOPIC, mark);
    for (const came: IPublishPacket[] = []; ;) {
      const [packet] = await client.messages(1);
      if (packet === undefined) throw new Error(`the mark did not come, only ${came.map(described).join(', ')}`);
      if (packet.payload.toString() === mark) return came;
      came.push(packet);
    }
  }

  /** Waits until the broker has taken in every change of the registry so far, and has ended what they end. */
  changesSeen(): Promise<void> {
    return this.followed.changesSeen();
  }

  /** Everything journalled so far, as somebody who has not read before. */
  async journalled(): Promise<readonly JournalRecord[]> {
    const consumer = await this.journal.consumer(`spec-${Math.random().toString(36).slice(2)}`);
    const records: JournalRecord[] = [];
    for (;;) {
      const batch = await consumer.read({ maxMessages: 10_000, waitMs: 0 });
      if (batch.records.length === 0) return records;
      records.push(...batch.records);
    }
  }
}

function described({ topic, payload }: IPublishPacket): string {
  return `${payload.toString()} on ${topic}`;
}

function deviceOf(id: string, key: string): TestDevice {
  return {
    id,
    key,
    login: { clientId: id, username: id, password: key },
    topic: (channel) => deviceTopic({ department: DEPARTMENT, kind: KIND, device: id }, channel),
  };
}

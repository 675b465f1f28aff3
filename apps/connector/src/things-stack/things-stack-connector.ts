import { setTimeout as sleep } from 'node:timers/promises';
import type { IPublishPacket } from 'mqtt';
import type { Logger } from 'pino';
import { THINGS_STACK_EVENTS } from '#core';
import { Backoff } from '../link/backoff.js';
import { MqttLink } from '../link/mqtt-link.js';
import { OnceEach } from './once-each.js';

/** Our own broker, for what comes from The Things Stack. */
export interface OwnBroker {
  readonly connected: boolean;
  /** QoS 1: resolves at the PUBACK. */
  publishDurably(topic: string, payload: Buffer): Promise<void>;
}

export interface ConnectorOptions {
  readonly thingsStack: {
    readonly url: string;
    /** `{application}@{tenant}`: its topics begin with it. */
    readonly username: string;
    readonly key: string;
    /** Names the session at The Things Stack: the same after a restart, another for each installation. */
    readonly clientId: string;
  };
  /** For the session that holds downlinks while The Things Stack is away. */
  readonly own: { readonly url: string; readonly username: string; readonly clientId: string; readonly key: string };
  readonly broker: OwnBroker;
  readonly pauses: { readonly firstMs: number; readonly longestMs: number };
  readonly random: () => number;
  readonly logger: Logger;
}

/** All but what says an uplink a second time. */
const WANTED = THINGS_STACK_EVENTS.filter((event) => event !== 'up/normalized');
const PUBACK_TIMEOUT_MS = 10_000;
/** After this the connection is dropped: The Things Stack keeps the message, this process need not. */
const GIVE_BACK_AFTER_MS = 20_000;
const RETRY_MS = 250;

/**
 * Events of one application of The Things Stack onto our own broker, topics and bodies as they are; downlinks the other way.
 * An event is acknowledged when it is on our disk, a downlink when The Things Stack has it.
 */
export class ThingsStackConnector {
  readonly counters = { received: 0, forwarded: 0, repeated: 0, downlinks: 0 };
  /** As topics name it. */
  readonly application: string;
  private readonly events: MqttLink;
  private readonly downlinks: MqttLink;
  private readonly onceEach = new OnceEach();
  private readonly stopping = new AbortController();
  private brokerTrouble: string | null = null;

  constructor(private readonly options: ConnectorOptions) {
    const { thingsStack, own, broker, logger } = options;
    this.application = thingsStack.username;
    const root = `v3/${thingsStack.username}/devices/+`;
    this.events = new MqttLink({
      name: 'The Things Stack',
      url: thingsStack.url,
      access: { clientId: thingsStack.clientId, username: thingsStack.username, password: thingsStack.key },
      filters: WANTED.map((event) => `${root}/${event}`),
      take: (packet) => this.takeEvent(packet),
      // What cannot be put down here is better kept there.
      wanted: () => broker.connected,
      onChange: (connected) => this.onUpstream(connected),
      backoff: this.backoff(),
      logger,
    });
    this.downlinks = new MqttLink({
      name: 'the broker (downlinks)',
      url: own.url,
      access: { clientId: own.clientId, username: own.username, password: own.key },
      filters: [`${root}/down/push`, `${root}/down/replace`],
      take: (packet) => this.takeDownlink(packet),
      wanted: () => this.events.connected,
      onChange: () => undefined,
      backoff: this.backoff(),
      logger,
    });
  }

  start(): void {
    this.events.start();
    this.downlinks.start();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.events.close(), this.downlinks.close()]);
  }

  /** Why it does not get on; null when it does. */
  get trouble(): string | null {
    if (this.brokerTrouble !== null) return this.brokerTrouble;
    return this.events.connected ? null : 'there is no connection to The Things Stack';
  }

  metrics(): Record<string, number> {
    const { received, forwarded, repeated, downlinks } = this.counters;
    return {
      connector_received_total: received,
      connector_forwarded_total: forwarded,
      connector_repeated_total: repeated,
      connector_downlinks_total: downlinks,
      connector_connections_total: this.events.connections,
      connector_connected: this.events.connected ? 1 : 0,
      connector_granted_qos: this.events.grantedQos ?? 0,
    };
  }

  private backoff(): Backoff {
    const { pauses, random } = this.options;
    return new Backoff(pauses.firstMs, pauses.longestMs, random);
  }

  private onUpstream(connected: boolean): void {
    if (!connected) this.downlinks.drop();
    else if (this.events.grantedQos === 0) {
      this.options.logger.warn(
        'The Things Stack grants QoS 0 only: what it sends while there is no connection is lost; a webhook does not have this gap',
      );
    }
  }

  private async takeEvent({ topic, payload: body, qos }: IPublishPacket): Promise<void> {
    const payload = Buffer.from(body);
    this.counters.received++;
    const put = (): Promise<void> => this.putOnDisk(topic, payload);
    if (qos === 0) await put();
    else if (!(await this.onceEach.run(topic, payload, put))) {
      this.counters.repeated++;
      return;
    }
    this.counters.forwarded++;
  }

  /** Again and again until our broker has it, for a while. */
  private async putOnDisk(topic: string, payload: Buffer): Promise<void> {
    const deadline = performance.now() + GIVE_BACK_AFTER_MS;
    for (;;) {
      try {
        await withTimeout(this.options.broker.publishDurably(topic, payload));
        this.brokerTrouble = null;
        return;
      } catch (error) {
        this.brokerTrouble = `the broker does not take messages: ${(error as Error).message}`;
        if (performance.now() > deadline || this.stopping.signal.aborted)
          throw new Error(this.brokerTrouble, { cause: error });
        await sleep(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private async takeDownlink({ topic, payload }: IPublishPacket): Promise<void> {
    await withTimeout(this.events.publish(topic, Buffer.from(payload)));
    this.counters.downlinks++;
  }
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no acknowledgement in time')), PUBACK_TIMEOUT_MS);
    // It keeps no process alive that has been told to stop.
    timer.unref();
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

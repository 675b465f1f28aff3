import type { QuotaAnswer, ServiceStatus } from '#core';
import { parseReplayTopic } from '#core';
import { PATIENCE_MS, until } from '#core/testing';
import { type Answer, type Harness, type HarnessOptions, startApi } from '../../apps/api/test/harness.js';
import type { ServiceBus } from '../../apps/api/src/ports.js';
import { journalSource } from '../../apps/broker/src/lane/journal-source.js';
import { IngestRig } from '../../apps/ingest/src/testing/ingest-rig.js';

/** The API and ingest over the same engines; of the broker only what it journals for a service. */
export class QuarantineRig {
  private constructor(
    readonly ingest: IngestRig,
    readonly bus: JournalBus,
    private running: Harness,
    private readonly settings: HarnessOptions['settings'],
  ) {}

  static async open(settings: HarnessOptions['settings'] = {}): Promise<QuarantineRig> {
    const ingest = await IngestRig.open();
    await ingest.start();
    const bus = new JournalBus(ingest);
    return new QuarantineRig(ingest, bus, await startApi({ engines: ingest, bus, settings }), settings);
  }

  get api(): Harness {
    return this.running;
  }

  /** As a process that was killed and started again. */
  async restartApi(): Promise<void> {
    await this.running.close();
    this.running = await startApi({ engines: this.ingest, bus: this.bus, settings: this.settings });
  }

  async close(): Promise<void> {
    await this.running.close();
    await this.ingest.close();
  }

  async replay(body: object): Promise<Answer['body']> {
    const { status, body: job } = await this.api.ask('POST', '/v1/dead-letters/replay', { body });
    if (status !== 202) throw new Error(`no replay: ${JSON.stringify(job)}`);
    return job;
  }

  /** Asks for the job until it is as wanted. */
  until(id: string, wanted: (job: Answer['body']) => boolean): Promise<Answer['body']> {
    const look = async (): Promise<Answer['body']> =>
      (await this.api.ask('GET', `/v1/dead-letters/replays/${id}`)).body;
    return until('the replay to be as wanted', look, wanted, { withinMs: 2 * PATIENCE_MS });
  }

  finished(id: string): Promise<Answer['body']> {
    return this.until(id, ({ state }) => state === 'done' || state === 'cancelled' || state === 'failed');
  }

  async ledger(): Promise<Answer['body']> {
    await this.ingest.drained();
    return (await this.api.ask('GET', '/v1/ledger')).body;
  }
}

/** Journals what the API publishes, as the broker would. */
export class JournalBus implements ServiceBus {
  /** Letters that were published, however often. */
  replayed = 0;
  /** Told before each letter; what it throws, the publisher meets. */
  beforeReplay: (count: number, source: string) => void | Promise<void> = () => undefined;

  constructor(private readonly ingest: IngestRig) {}

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    const source = journalSource({ type: 'service', id: 'api', clientId: 'service:api' }, topic, () => null);
    if (source === null) return;
    if (parseReplayTopic(topic) !== null) await this.beforeReplay(++this.replayed, source);
    await this.ingest.append(source, topic, payload);
  }

  askQuota(): Promise<readonly QuotaAnswer[]> {
    return Promise.resolve([]);
  }

  brokerHasLooked(): Promise<void> {
    return Promise.resolve();
  }

  isConnected(): boolean {
    return true;
  }

  statuses(): ReadonlyMap<string, ServiceStatus> {
    return new Map();
  }

  async close(): Promise<void> {}
}

import { NestFactory } from '@nestjs/core';
import type { Logger } from 'pino';
import {
  type Clock,
  DEFAULT_QUOTA,
  parseQuotaQuestion,
  QUOTA_ASK_TOPIC,
  quotaAnswerTopic,
  type QuotaDefaults,
  QuotaNotices,
  type ReadingBatch,
  type ServiceStatus,
} from '#core';
import type { Transcoder } from '#device-types';
import type { JournalConsumer } from '#journal';
import { type Approvals, kinds } from '#kinds';
import { Health, Retry, StatusPublisher } from '#service';
import type { StoredKey } from '#timeseries';
import { BatchWriter, CONSUMER } from './batch-writer.js';
import { Derive, DERIVE_CONSUMER } from './derived/derive.js';
import { Subjects } from './derived/subjects.js';
import { DeviceDirectory } from './devices/device-directory.js';
import { DirectoryRefresh } from './devices/directory-refresh.js';
import { restoreRecent } from './duplicates/restore-recent.js';
import { StoredLookup } from './duplicates/stored-lookup.js';
import { Feed } from './feed.js';
import { InTurn } from './in-turn.js';
import { IngestCounters } from './ingest-counters.js';
import { IngestModule } from './ingest.module.js';
import { IngestService } from './ingest.service.js';
import { JournalStrategy } from './journal/journal.strategy.js';
import { FrameSessions } from './network/frame-sessions.js';
import { GatewayNumbers } from './network/gateway-numbers.js';
import { PendingStates } from './network/pending-states.js';
import type { Adapters } from './open-adapters.js';
import { Pipeline } from './pipeline.js';
import { RejectedReports, type ReportChannel } from './reports/rejected-reports.js';
import { ServersHeard } from './network/servers-heard.js';
import { Sightings } from './sightings/sightings.js';
import { Retention } from './retention/retention.js';
import { DecodeStage } from './stages/decode.stage.js';
import { DeduplicateStage } from './stages/deduplicate.stage.js';
import { HearStage } from './stages/hear.stage.js';
import { IdentifyStage } from './stages/identify.stage.js';
import { PartialReplayStage } from './stages/partial-replay.stage.js';
import { QuotaStage } from './stages/quota.stage.js';
import { type TimePolicy, TimePolicyStage } from './stages/time-policy.stage.js';
import { TranscodeStage } from './stages/transcode.stage.js';
import { UnwrapStage } from './stages/unwrap.stage.js';
import { ValidateStage } from './stages/validate.stage.js';
import { ingestReport, SERVICE } from './status/ingest-status.js';

export interface IngestParts {
  readonly adapters: Omit<Adapters, 'close'>;
  readonly transcoder: Pick<Transcoder, 'find' | 'decode' | 'map'>;
  /** Keeps the types of the transcoder current. */
  readonly deviceTypes: { load(): Promise<void> };
  readonly bus: ReportChannel & {
    publishStatus(status: ServiceStatus): void;
    listen?(filter: string, heard: (topic: string, payload: Buffer) => void): void;
  };
  readonly timePolicy: TimePolicy;
  readonly batchMessages: number;
  /** Of kinds that could identify people; messages of devices of the others are refused. */
  readonly approvals: Approvals;
  /** Days for which the bytes of refused messages are kept. */
  readonly deadLetterDays: number;
  /** Of devices that have no quota of their own. */
  readonly deviceQuotas?: QuotaDefaults;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** Told about a failure after which nothing more is acknowledged: exit, and start again from the store's position. */
  readonly onFatal: (error: unknown) => void;
}

const NO_QUOTAS: QuotaDefaults = { fallback: DEFAULT_QUOTA, byKind: new Map() };

export interface RunningIngest {
  status(): ServiceStatus;
  readonly counters: IngestCounters;
  /** Finishes what is in flight, acknowledges it and stops reading. */
  close(): Promise<void>;
}

/** While one batch is written the next is decided. */
const BATCHES_IN_FLIGHT = 2;
const LINGER_MS = 20;
const QUOTA_SWEEP_MS = 60_000;
/** How long stopping waits for a store or a registry that does not answer. */
const DRAIN_MS = 5_000;

/** What the parts of ingest share. */
interface Shared {
  readonly health: Health;
  readonly counters: IngestCounters;
  readonly retry: Retry;
  readonly directory: DeviceDirectory;
  readonly feed: Feed;
  readonly sightings: Sightings;
  readonly servers: ServersHeard;
  /** Batches being written, in order. */
  readonly writing: InTurn;
  /** Ends reading. */
  readonly reading: AbortController;
  /** Ends every wait for a store or registry that does not answer. */
  readonly waiting: AbortController;
}

/** Puts ingest together over its ports and starts it where the store's position says. */
export async function createIngest(parts: IngestParts): Promise<RunningIngest> {
  const { adapters, bus, clock, logger } = parts;
  const shared = createShared(parts);
  const { health, counters, directory, retry } = shared;
  await retry.run('registry', () => directory.start());
  const journal = await adapters.journal.consumer(CONSUMER);
  const notices = new QuotaNotices('gateway', clock, (topic, notice) => bus.publish(topic, JSON.stringify(notice)));
  const quota = new QuotaStage({ defaults: parts.deviceQuotas ?? NO_QUOTAS, notices, counters });
  const pipeline = await createPipeline(parts, shared, journal, quota);
  const derive = await createDeriver(parts, shared);
  const { deadLetterDays } = parts;
  const { signal } = shared.reading;
  const retention = new Retention({
    store: adapters.store,
    kinds,
    deadLetterDays,
    retry,
    health,
    clock,
    logger,
    signal,
  });
  const ingest = createService(parts, shared, pipeline, (readings) => derive.accepted(readings));
  const strategy = new JournalStrategy(journal, {
    maxMessages: parts.batchMessages,
    maxInFlight: BATCHES_IN_FLIGHT,
    lingerMs: LINGER_MS,
    signal: shared.reading.signal,
    onFatal: parts.onFatal,
  });
  const app = await NestFactory.createMicroservice(IngestModule.over(ingest), { strategy, logger: false });
  const refresh = new DirectoryRefresh(directory, health, logger);
  const status = new StatusPublisher({
    service: SERVICE,
    bus,
    report: () =>
      ingestReport({ counters, health, directory, journal, feed: adapters.feed, retention: retention.state }),
    clock,
  });
  refresh.start();
  shared.sightings.start();
  shared.servers.start();
  bus.listen?.(QUOTA_ASK_TOPIC, (_topic, payload) => {
    const question = parseQuotaQuestion(payload);
    if (question === null) return;
    const usage = quota.look(directory.find(question.device), clock.now())?.usage ?? null;
    bus.publish(quotaAnswerTopic(question.id), JSON.stringify({ service: SERVICE, usage }));
  });
  const sweep = setInterval(
    () => notices.sweep((device) => quota.look(directory.find(device), clock.now())),
    QUOTA_SWEEP_MS,
  );
  await app.listen();
  derive.start();
  retention.start();
  status.start();
  const close = async (): Promise<void> => {
    status.stop();
    clearInterval(sweep);
    shared.reading.abort();
    // What waits for a store that is down is given up in the end: it is still in the journal.
    const givingUp = setTimeout(() => shared.waiting.abort(), DRAIN_MS);
    await app.close();
    await derive.stop();
    await retention.stop();
    clearTimeout(givingUp);
    shared.waiting.abort();
    await refresh.stop();
    await shared.sightings.stop();
    await shared.servers.stop();
  };
  return { status: () => status.status(), counters, close };
}

function createShared({ adapters, deviceTypes, clock, logger, random }: IngestParts): Shared {
  const waiting = new AbortController();
  const health = new Health();
  return {
    health,
    counters: new IngestCounters(),
    retry: new Retry({ health, logger, signal: waiting.signal, random }),
    directory: new DeviceDirectory(adapters.registry, clock, deviceTypes),
    feed: new Feed(adapters.feed, clock),
    sightings: new Sightings(adapters.registry, logger),
    servers: new ServersHeard(adapters.registry, logger),
    writing: new InTurn(),
    reading: new AbortController(),
    waiting,
  };
}

/** The stages, with memory as it was when the store's position was committed. */
async function createPipeline(
  parts: IngestParts,
  shared: Shared,
  journal: JournalConsumer,
  quota: QuotaStage,
): Promise<Pipeline> {
  const { clock, timePolicy, transcoder, adapters: { store, registry } } = parts; // prettier-ignore
  const { retry, counters, writing, directory } = shared;
  const position = await retry.run('store', () => store.position(CONSUMER));
  if (position !== null) journal.seek(position.next);
  const sessions = new FrameSessions(store);
  const states = new PendingStates(clock);
  const gateways = new GatewayNumbers(registry.gateways, retry);
  const restore = {
    beforeSequence: position?.nextSequence ?? 0,
    now: clock.now(),
    maxFutureMs: timePolicy.maxFutureMs,
    onKey: (key: StoredKey) => sessions.restore(key),
  };
  const recent = await retry.run('store', () => restoreRecent(store, restore));
  const whenWritten = (): Promise<void> => writing.done();
  const lookup = new StoredLookup(store, { maxAgeMs: timePolicy.maxAgeMs, whenWritten, retry, counters });
  return new Pipeline(
    new UnwrapStage(store, directory, { whenWritten, retry }),
    new DecodeStage(),
    new IdentifyStage(directory, retry, parts.approvals),
    quota,
    new HearStage({ sessions, gateways, states, retry, counters }),
    new TranscodeStage({ transcoder, states }),
    new ValidateStage(),
    new PartialReplayStage(),
    new TimePolicyStage(timePolicy),
    new DeduplicateStage(recent, lookup),
    states,
  );
}

async function createDeriver({ adapters, clock, logger }: IngestParts, shared: Shared): Promise<Derive> {
  const { health, counters, retry, feed, writing, directory, reading } = shared;
  return new Derive({
    feed,
    consumer: await adapters.feed.consumer(DERIVE_CONSUMER),
    feedStart: adapters.feed.state().nextSequence,
    store: adapters.store,
    whenWritten: () => writing.done(),
    kinds,
    subjects: new Subjects({ directory, devices: adapters.registry.devices }),
    retry,
    health,
    counters,
    clock,
    logger,
    signal: reading.signal,
  });
}

function createService(
  { adapters, bus, clock, logger }: IngestParts,
  { retry, counters, feed, writing, sightings, servers }: Shared,
  pipeline: Pipeline,
  onAccepted: (readings: readonly ReadingBatch[]) => void,
): IngestService {
  const reports = new RejectedReports(bus, counters, clock);
  const { store, registry } = adapters;
  const writer = new BatchWriter({
    feed,
    store,
    registry,
    reports,
    sightings,
    servers,
    onAccepted,
    retry,
    counters,
    logger,
  });
  return new IngestService(pipeline, writer, writing, counters, clock);
}

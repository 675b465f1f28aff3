import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, LamplighterError, type LetterKey, systemClock } from '#core';
import type {
  AggregateQuery,
  AggregateRow,
  CompletenessFacts,
  CompletenessQuery,
  DeadLetterGroup,
  DeadLetterGroupQuery,
  DeadLetterPage,
  DeadLetterQuery,
  Expired,
  Expiry,
  HistoryPage,
  HistoryQuery,
  LatestQuery,
  LatestReading,
  OutcomeCount,
  OutcomeQuery,
  ReplayOutcomes,
  StoreCommit,
  StoredKey,
  StorePosition,
  StoreSchema,
  StoreStatistics,
  TelemetryStore,
} from '../telemetry-store.js';
import { AggregateReader } from './aggregate.query.js';
import { CommitWriter } from './commit-writer.js';
import { CompletenessReader } from './completeness.query.js';
import { DeadLetterReader } from './dead-letters.query.js';
import { InfluxExpiry } from './expiry.js';
import { ALL_TIME, flux, fluxInteger, FluxReader, oneOf } from './flux.js';
import { HistoryReader } from './history.query.js';
import { KeyReader } from './keys.query.js';
import { LatestReader } from './latest.query.js';
import { LedgerReader } from './ledger.js';
import { FIELD, KnownNames } from './names.js';
import { OutcomeReader } from './outcomes.query.js';
import { PayloadExpiry } from './payload-expiry.js';
import { InfluxWriter } from './writer.js';

export interface InfluxOptions {
  /** Base address, such as 'http://localhost:8086'. */
  readonly url: string;
  /** Needs read and write permission on the bucket. */
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
  readonly schema: StoreSchema;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  /** What writes go through. */
  readonly fetch?: typeof fetch;
  /** How long one request may take; default 10 s for writes, 60 s for queries. */
  readonly requestTimeoutMs?: number;
  readonly queryTimeoutMs?: number;
  /** How long a write is repeated before `commit` fails as `store-unavailable`; default 30 s. */
  readonly retryForMs?: number;
  /** Lines in one request; default 5,000, which InfluxData advises. */
  readonly maxLinesPerRequest?: number;
  /** Age that the time policy allows a reading when it is received; default 31 days. */
  readonly maxAgeMs?: number;
}

/**
 * History in InfluxDB 2.x, for cities with many departments reading at once. One process commits for a consumer; any number
 * read. The bucket must exist. Its retention is the operator's decision: what is older is gone from every answer but the totals.
 *
 * - Exactly-once in effect: every point overwrites itself, and the commit record is written last (see `ledger.ts`).
 * - Aggregates and latest values may show readings of a batch a moment before it is committed; nothing else does.
 * - Lines that the server refuses become dead letters of code `store-rejected-line`; their neighbours are stored.
 *
 * Do not use it for one machine alone: the embedded `DuckDbTelemetryStore` is faster there and needs no server.
 */
export class InfluxTelemetryStore implements TelemetryStore {
  private constructor(
    private readonly names: KnownNames,
    private readonly flux: FluxReader,
    private readonly writer: InfluxWriter,
    private readonly ledger: LedgerReader,
    private readonly commits: CommitWriter,
    private readonly keys: KeyReader,
    private readonly expiry: InfluxExpiry,
  ) {}

  /** Connects lazily: a server that is down shows in `ping`, not here. @throws LamplighterError `bad-configuration` */
  static open(options: InfluxOptions): Promise<InfluxTelemetryStore> {
    const missing = (['url', 'token', 'org', 'bucket'] as const).filter((name) => options[name] === '');
    if (missing.length > 0 || !URL.canParse(options.url)) {
      return Promise.reject(
        new LamplighterError(
          'bad-configuration',
          `InfluxDB needs url, token, org and bucket; wrong or missing: ${missing.join(', ') || 'url'}.`,
        ),
      );
    }
    const url = options.url.replace(/\/+$/, '');
    const names = new KnownNames(options.schema);
    const reader = new FluxReader(
      { ...options, url, queryTimeoutMs: options.queryTimeoutMs ?? 60_000 },
      options.bucket,
    );
    const writer = new InfluxWriter({
      url,
      token: options.token,
      org: options.org,
      bucket: options.bucket,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      sleep: options.sleep ?? ((ms) => sleep(ms)),
      fetch: options.fetch ?? fetch,
      requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
      retryForMs: options.retryForMs ?? 30_000,
      maxLines: options.maxLinesPerRequest ?? 5_000,
    });
    const ledger = new LedgerReader(reader);
    const commits = new CommitWriter(names, ledger, writer);
    const expiry = new InfluxExpiry({ ...options, url, fetch: options.fetch ?? fetch }, reader, names);
    const keys = new KeyReader(reader, names, options.maxAgeMs ?? 31 * 86_400_000);
    return Promise.resolve(new InfluxTelemetryStore(names, reader, writer, ledger, commits, keys, expiry));
  }

  commit(batch: StoreCommit): Promise<void> {
    return this.commits.commit(batch);
  }

  expire(order: Expiry): Promise<Expired> {
    return this.expiry.expire(order);
  }

  expirePayloads(before: number, kind: string | null): Promise<number> {
    return new PayloadExpiry(this.flux, this.ledger, this.writer).run(before, kind);
  }

  async position(consumer: string): Promise<StorePosition | null> {
    return (await this.ledger.committed(consumer))?.position ?? null;
  }

  findStored(kind: string, device: string, from: number, to: number, beforeSequence: number): Promise<StoredKey[]> {
    return this.keys.found(kind, device, from, to, beforeSequence);
  }

  recentKeys(perDevice: number, receivedSince: number, beforeSequence: number): Promise<StoredKey[]> {
    return this.keys.recent(perDevice, receivedSince, beforeSequence);
  }

  history(query: HistoryQuery): Promise<HistoryPage> {
    return new HistoryReader(this.flux, this.names, this.ledger).page(query);
  }

  aggregate(query: AggregateQuery): Promise<AggregateRow[]> {
    return new AggregateReader(this.flux, this.names).rows(query);
  }

  latest(query: LatestQuery): Promise<LatestReading[]> {
    return new LatestReader(this.flux, this.names).readings(query);
  }

  completeness(query: CompletenessQuery): Promise<CompletenessFacts> {
    return new CompletenessReader(this.flux, this.names, this.ledger).facts(query);
  }

  deadLetters(query: DeadLetterQuery): Promise<DeadLetterPage> {
    return new DeadLetterReader(this.flux, this.ledger).page(query);
  }

  deadLetterGroups(query: DeadLetterGroupQuery): Promise<DeadLetterGroup[]> {
    return new DeadLetterReader(this.flux, this.ledger).groups(query);
  }

  replayOutcomes(job: string): Promise<ReplayOutcomes> {
    return new DeadLetterReader(this.flux, this.ledger).replayOutcomes(job);
  }

  findReplayed(job: string, letters: readonly LetterKey[]): Promise<string[]> {
    return new DeadLetterReader(this.flux, this.ledger).findReplayed(job, letters);
  }

  outcomes(query: OutcomeQuery): Promise<OutcomeCount[]> {
    return new OutcomeReader(this.flux, this.ledger).counts(query);
  }

  /** Counts what is there now, so rows that the retention of the bucket removed are not in it. Bytes are not known over HTTP. */
  async statistics(): Promise<StoreStatistics> {
    const kinds = this.names.all().map((kind) => kind.kind);
    const visibleBefore = await this.ledger.visibleBefore();
    const predicate = flux`${oneOf('_measurement', kinds)} and r._field == ${FIELD.sequence} and r._value < ${fluxInteger(visibleBefore)}`;
    const counted = await this.flux.rows(
      flux`${this.flux.source(ALL_TIME, predicate)} |> group(columns: ["_measurement"]) |> count()`,
    );
    const rows = Object.fromEntries(kinds.map((kind) => [kind, 0]));
    for (const row of counted) rows[String(row['_measurement'])] = Number(row['_value']);
    return { rows, bytes: null };
  }

  /** Asks for a write of nothing and for the newest commit record: credentials, bucket, writing and reading are all proven. */
  async ping(): Promise<void> {
    await this.writer.probe();
    await this.ledger.visibleBefore();
  }

  /** Nothing is buffered, so there is nothing to flush. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

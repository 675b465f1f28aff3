import type { Clock, JournalOffset, JournalRecord, QuotaAnswer, ServiceStatus } from '#core';
import type { Journal } from '#journal';
import type { Registry } from '#registry';
import type { TelemetryQueries } from '#timeseries';

/** Injection tokens of what the composition root picks (`open-adapters.ts`); nothing else in this app names an adapter. */
export const REGISTRY = Symbol('Registry');
export const TELEMETRY = Symbol('TelemetryQueries');
export const JOURNAL_COUNTS = Symbol('JournalCounts');
export const FEED_TAIL = Symbol('FeedTail');
export const SERVICE_BUS = Symbol('ServiceBus');
export const CLOCK = Symbol('Clock');
export const SETTINGS = Symbol('ApiSettings');
export const LOGGER = Symbol('Logger');

/** The journal's own side of the ledger. */
export interface JournalCounts extends Pick<Journal, 'tally'> {
  /** Messages ever journalled. */
  nextSequence(): Promise<number>;
}

/** Follows the feed of accepted readings without holding anything back in it. */
export interface FeedTail {
  /** Offset behind the newest record. */
  head(): Promise<JournalOffset>;
  /**
   * Records from an offset on, oldest first; waits up to `waitMs` for the first one. An offset that was trimmed away
   * continues at the oldest record there is.
   */
  read(from: JournalOffset, options: { maxMessages: number; waitMs: number; signal: AbortSignal }): Promise<FeedPage>;
}

export interface FeedPage {
  readonly records: readonly JournalRecord[];
  readonly next: JournalOffset;
}

/** This service as an MQTT client of our own broker (docs/architecture.md, "Service bus"). */
export interface ServiceBus {
  /**
   * Publishes with QoS 1 and resolves at the PUBACK: the message is on disk then.
   * @throws LamplighterError `journal-unwritable` (retryable) when no PUBACK came in time or there is no connection
   */
  publish(topic: string, payload: Uint8Array): Promise<void>;
  /** Asks the services that meter devices what this one has used. Who does not answer in half a second is left out. */
  askQuota(device: string): Promise<readonly QuotaAnswer[]>;
  /** Resolves when the broker knows what the registry says by now, or after half a second without its answer. */
  brokerHasLooked(): Promise<void>;
  isConnected(): boolean;
  /** Last status of each service that was heard, by name. */
  statuses(): ReadonlyMap<string, ServiceStatus>;
  close(): Promise<void>;
}

export interface ApiAdapters {
  readonly registry: Registry;
  readonly telemetry: TelemetryQueries;
  readonly journal: JournalCounts;
  readonly feed: FeedTail;
  readonly bus: ServiceBus;
  readonly clock: Clock;
  /** Releases everything that was opened, last opened first. */
  close(): Promise<void>;
}

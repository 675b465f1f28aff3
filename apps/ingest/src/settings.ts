import { type QuotaDefaults, quotaVariable, variable } from '#core';
import { type Approvals, approvalSettings } from '#kinds';
import {
  type BusSettings,
  busSettings,
  busVariables,
  dataDirectory,
  type Environment,
  type InfluxSettings,
  influxSettings,
  journalVariables,
  type ProcessSettings,
  processSettings,
  processVariables,
  readSettings,
  type RegistrySettings,
  registrySettings,
  registryVariables,
  requireEmbeddedJournal,
  storeVariables,
} from '#service';
import type { TimePolicy } from './stages/time-policy.stage.js';
import { SERVICE } from './status/ingest-status.js';

const DAY_MS = 86_400_000;

const DECLARATION = {
  ...processVariables,
  ...journalVariables,
  ...registryVariables,
  ...storeVariables,
  ...busVariables,
  LAMPLIGHTER_MAX_AGE_DAYS: variable.integer(7, { min: 0, max: 36_500 }),
  LAMPLIGHTER_MAX_FUTURE_MS: variable.integer(300_000, { min: 0, max: 10 * 365 * DAY_MS }),
  LAMPLIGHTER_FEED_MAX_BYTES: variable.integer(4 * 2 ** 30, { min: 2 ** 20, max: 2 ** 50 }),
  LAMPLIGHTER_FEED_RETAIN_BYTES: variable.integer(256 * 2 ** 20, { min: 0, max: 2 ** 50 }),
  LAMPLIGHTER_DEVICE_QUOTA: quotaVariable(),
  LAMPLIGHTER_BATCH_MESSAGES: variable.integer(8_192, { min: 1, max: 65_536 }),
  LAMPLIGHTER_APPROVED_KINDS: variable.text(''),
  LAMPLIGHTER_DEAD_LETTER_DAYS: variable.integer(90, { min: 1, max: 36_500 }),
};

/** The embedded engine is opened here and served to the others on the socket. */
export type StoreSettings =
  { readonly type: 'duckdb'; readonly path: string; readonly socketPath: string } | InfluxSettings;

export interface IngestSettings extends ProcessSettings, BusSettings {
  readonly journalDirectory: string;
  readonly feed: { readonly directory: string; readonly maxBytes: number; readonly retainBytes: number };
  readonly registry: RegistrySettings;
  readonly store: StoreSettings;
  readonly timePolicy: TimePolicy;
  /** Of devices that have no quota of their own. */
  readonly deviceQuotas: QuotaDefaults;
  /** Messages of one batch at most. */
  readonly batchMessages: number;
  /** Of kinds that could identify people. */
  readonly approvals: Approvals;
  /** Days for which the bytes of refused messages are kept. */
  readonly deadLetterDays: number;
}

/**
 * Everything the process is told, checked before anything is opened.
 *
 * @throws LamplighterError `bad-configuration` that lists all faults at once
 */
export function settingsOf(environment: Environment): IngestSettings {
  return readSettings('Ingest', environment, DECLARATION, (values, faults) => {
    const data = dataDirectory(values.LAMPLIGHTER_DATA_DIR);
    requireEmbeddedJournal(values, faults);
    return {
      approvals: approvalSettings(values, faults),
      deadLetterDays: values.LAMPLIGHTER_DEAD_LETTER_DAYS,
      journalDirectory: data.journal,
      feed: {
        directory: data.feed,
        maxBytes: values.LAMPLIGHTER_FEED_MAX_BYTES,
        retainBytes: values.LAMPLIGHTER_FEED_RETAIN_BYTES,
      },
      registry: registrySettings(values, data, faults),
      store: influxSettings(values, faults) ?? {
        type: 'duckdb',
        path: data.telemetry,
        socketPath: data.storeSocket,
      },
      timePolicy: { maxAgeMs: values.LAMPLIGHTER_MAX_AGE_DAYS * DAY_MS, maxFutureMs: values.LAMPLIGHTER_MAX_FUTURE_MS },
      batchMessages: values.LAMPLIGHTER_BATCH_MESSAGES,
      deviceQuotas: values.LAMPLIGHTER_DEVICE_QUOTA,
      ...busSettings(values, data, faults),
      ...processSettings(SERVICE, values, data),
    };
  });
}

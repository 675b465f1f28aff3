import type { Journal, JournalReader } from '#journal';
import { openJournal, openJournalReader } from '#journal/lmdb';
import { kinds } from '#kinds';
import type { Registry } from '#registry';
import { openRegistry } from '#registry/open';
import { openInOrder } from '#service';
import { storeSchemaOf, type TelemetryStore } from '#timeseries';
import { DuckDbTelemetryStore } from '#timeseries/duckdb';
import { InfluxTelemetryStore } from '#timeseries/influxdb';
import { serveTelemetryQueries } from '#timeseries/remote';
import type { IngestSettings } from './settings.js';

/** What the composition root opens; ingest knows only the ports. */
export interface Adapters {
  readonly journal: JournalReader;
  readonly feed: Journal;
  readonly registry: Registry;
  readonly store: TelemetryStore;
  /** In the reverse order of opening. */
  close(): Promise<void>;
}

/** The broker makes the journal; it may be starting at the same moment. */
const JOURNAL_WAIT_MS = 60_000;

export function openAdapters(settings: IngestSettings, onFeedFailed: (error: Error) => void): Promise<Adapters> {
  return openInOrder(async (opened) => {
    const registry = await opened(openRegistry(settings.registry));
    const store = await opened(openStore(settings));
    const { maxBytes, retainBytes, directory } = settings.feed;
    const feed = await opened(
      openJournal(directory, { maxBytes, retain: { bytes: retainBytes }, onFatal: onFeedFailed }),
    );
    const journal = await opened(openJournalReader(settings.journalDirectory, { waitMs: JOURNAL_WAIT_MS }));
    if (settings.store.type === 'duckdb') await opened(serveTelemetryQueries(store, settings.store.socketPath));
    return { journal, feed, registry, store };
  });
}

function openStore({ store, timePolicy }: IngestSettings): Promise<TelemetryStore> {
  const schema = storeSchemaOf(kinds);
  if (store.type === 'duckdb') return DuckDbTelemetryStore.open({ path: store.path, schema });
  return InfluxTelemetryStore.open({ ...store, schema, maxAgeMs: timePolicy.maxAgeMs });
}

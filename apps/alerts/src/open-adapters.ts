import type { JournalReader } from '#journal';
import { openJournalReader } from '#journal/lmdb';
import { kinds } from '#kinds';
import type { Registry } from '#registry';
import { openPostgresRegistry } from '#registry/postgres';
import { openSqliteRegistry } from '#registry/sqlite';
import { openInOrder } from '#service';
import { storeSchemaOf, type TelemetryQueries } from '#timeseries';
import { InfluxTelemetryStore } from '#timeseries/influxdb';
import { RemoteTelemetryQueries } from '#timeseries/remote';
import type { AlertsSettings } from './settings.js';

/** What the composition root opens; alerts knows only the ports. */
export interface Adapters {
  readonly feed: JournalReader;
  readonly journal: JournalReader;
  readonly registry: Registry;
  readonly store: TelemetryQueries;
  /** In the reverse order of opening. */
  close(): Promise<void>;
}

/** Broker and ingest make journal and feed; they may be starting at the same moment. */
const WAIT_MS = 60_000;

export function openAdapters(settings: AlertsSettings): Promise<Adapters> {
  return openInOrder(async (opened) => {
    const registry = await opened(openRegistry(settings));
    const store = await opened(openStore(settings));
    const journal = await opened(openJournalReader(settings.journalDirectory, { waitMs: WAIT_MS }));
    const feed = await opened(openJournalReader(settings.feedDirectory, { waitMs: WAIT_MS }));
    return { feed, journal, registry, store };
  });
}

function openRegistry({ registry }: AlertsSettings): Promise<Registry> {
  return registry.type === 'postgres'
    ? openPostgresRegistry({ url: registry.url })
    : openSqliteRegistry({ path: registry.path });
}

async function openStore({ store }: AlertsSettings): Promise<TelemetryQueries & { close(): Promise<void> }> {
  if (store.type === 'remote') return RemoteTelemetryQueries.connect(store.socketPath);
  return InfluxTelemetryStore.open({ ...store, schema: storeSchemaOf(kinds) });
}

import type { JournalReader } from '#journal';
import { openJournalReader } from '#journal/lmdb';
import { kinds } from '#kinds';
import type { Registry } from '#registry';
import { openPostgresRegistry } from '#registry/postgres';
import { openSqliteRegistry } from '#registry/sqlite';
import type { TelemetryQueries } from '#timeseries';
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

export async function openAdapters(settings: AlertsSettings): Promise<Adapters> {
  const closing: (() => Promise<void>)[] = [];
  const opened = async <T>(open: Promise<T>, close: (what: T) => Promise<void>): Promise<T> => {
    const what = await open;
    closing.unshift(() => close(what));
    return what;
  };
  try {
    const registry = await opened(openRegistry(settings), (it) => it.close());
    const store = await opened(openStore(settings), (it) => it.close());
    const journal = await opened(openJournalReader(settings.journalDirectory, { waitMs: WAIT_MS }), (it) => it.close());
    const feed = await opened(openJournalReader(settings.feedDirectory, { waitMs: WAIT_MS }), (it) => it.close());
    return { feed, journal, registry, store, close: () => closeAll(closing) };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

async function closeAll(closing: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closing) await close();
}

function openRegistry({ registry }: AlertsSettings): Promise<Registry> {
  return registry.type === 'postgres'
    ? openPostgresRegistry({ url: registry.url })
    : openSqliteRegistry({ path: registry.path });
}

async function openStore({ store }: AlertsSettings): Promise<TelemetryQueries & { close(): Promise<void> }> {
  if (store.type === 'remote') return RemoteTelemetryQueries.connect(store.socketPath);
  const schema = kinds.map(({ name, metrics, derived }) => ({
    kind: name,
    metrics: metrics.filter((metric) => metric.derived !== true).map((metric) => metric.name),
    derived,
  }));
  return InfluxTelemetryStore.open({ ...store, schema });
}

import type { JournalReader } from '#journal';
import { openJournalReader } from '#journal/lmdb';
import type { Registry } from '#registry';
import { openRegistry } from '#registry/open';
import { openInOrder } from '#service';
import type { TelemetryQueries } from '#timeseries';
import { openTelemetryQueries } from '#timeseries/open';
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
    const registry = await opened(openRegistry(settings.registry));
    const store = await opened(openTelemetryQueries(settings.store));
    const journal = await opened(openJournalReader(settings.journalDirectory, { waitMs: WAIT_MS }));
    const feed = await opened(openJournalReader(settings.feedDirectory, { waitMs: WAIT_MS }));
    return { feed, journal, registry, store };
  });
}

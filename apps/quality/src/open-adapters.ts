import type { JournalReader } from '#journal';
import { openJournalReader } from '#journal/lmdb';
import type { Registry } from '#registry';
import { openRegistry } from '#registry/open';
import { openInOrder } from '#service';
import type { TelemetryQueries } from '#timeseries';
import { openTelemetryQueries } from '#timeseries/open';
import type { QualitySettings } from './settings.js';

/** What the composition root opens; the service knows only the ports. */
export interface Adapters {
  readonly feed: JournalReader;
  readonly registry: Registry;
  readonly store: TelemetryQueries;
  /** In the reverse order of opening. */
  close(): Promise<void>;
}

/** Ingest makes the feed; it may be starting at the same moment. */
const WAIT_MS = 60_000;

export function openAdapters(settings: QualitySettings): Promise<Adapters> {
  return openInOrder(async (opened) => {
    const registry = await opened(openRegistry(settings.registry));
    const store = await opened(openTelemetryQueries(settings.store));
    const feed = await opened(openJournalReader(settings.feedDirectory, { waitMs: WAIT_MS }));
    return { feed, registry, store };
  });
}

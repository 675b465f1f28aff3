import type { Logger } from 'pino';
import { systemClock } from '#core';
import { openJournalReader } from '#journal/lmdb';
import { openRegistry } from '#registry/open';
import { openInOrder } from '#service';
import { openTelemetryQueries } from '#timeseries/open';
import { LazyJournalReader } from './journal/lazy-journal-reader.js';
import { MqttServiceBus } from './bus/mqtt-service-bus.js';
import type { ApiSettings } from './environment.js';
import type { ApiAdapters } from './ports.js';

/** Opens what the settings name. */
export function openAdapters(
  { data, mqttUrl, serviceKey, ...settings }: ApiSettings,
  logger: Logger,
  ownMetrics: () => Record<string, number>,
): Promise<ApiAdapters> {
  return openInOrder(async (opened) => {
    const registry = await opened(openRegistry(settings.registry));
    const telemetry = await opened(openTelemetryQueries(settings.store));
    const journal = await opened(new LazyJournalReader(() => openJournalReader(data.journal)));
    const feed = await opened(new LazyJournalReader(() => openJournalReader(data.feed)));
    const bus = await opened(new MqttServiceBus({ url: mqttUrl, serviceKey, clock: systemClock, logger, metrics: ownMetrics })); // prettier-ignore
    return { registry, telemetry, journal, feed, bus, clock: systemClock };
  });
}

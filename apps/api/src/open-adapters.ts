import { join } from 'node:path';
import type { Logger } from 'pino';
import { systemClock } from '#core';
import { openJournalReader } from '#journal/lmdb';
import { DEPARTMENTS, kinds } from '#kinds';
import type { Registry } from '#registry';
import { openPostgresRegistry } from '#registry/postgres';
import { openSqliteRegistry } from '#registry/sqlite';
import { storeSchemaOf } from '#timeseries';
import type { TelemetryQueries } from '#timeseries';
import { InfluxTelemetryStore } from '#timeseries/influxdb';
import { RemoteTelemetryQueries } from '#timeseries/remote';
import { LazyJournalReader } from './journal/lazy-journal-reader.js';
import { MqttServiceBus } from './bus/mqtt-service-bus.js';
import type { ApiSettings } from './environment.js';
import type { ApiAdapters } from './ports.js';

/** Picks an adapter for each port by the settings; the one place of this app that names them. */
export async function openAdapters(
  settings: ApiSettings,
  logger: Logger,
  ownMetrics: () => Record<string, number>,
): Promise<ApiAdapters> {
  const registry = await openRegistry(settings);
  const telemetry = await openTelemetry(settings);
  const journal = new LazyJournalReader(() => openJournalReader(join(settings.dataDirectory, 'journal')));
  const feed = new LazyJournalReader(() => openJournalReader(join(settings.dataDirectory, 'feed')));
  const { mqttUrl: url, serviceKey } = settings;
  const bus = new MqttServiceBus({ url, serviceKey, clock: systemClock, logger, metrics: ownMetrics });
  return {
    registry,
    telemetry,
    journal,
    feed,
    bus,
    clock: systemClock,
    close: async () => {
      await bus.close();
      await feed.close();
      await journal.close();
      await telemetry.close();
      await registry.close();
    },
  };
}

function openRegistry({ registry, dataDirectory }: ApiSettings): Promise<Registry> {
  const departments = DEPARTMENTS;
  return registry === 'sqlite'
    ? openSqliteRegistry({ path: join(dataDirectory, 'registry.sqlite'), departments })
    : openPostgresRegistry({ url: registry, departments });
}

function openTelemetry({ influx, dataDirectory }: ApiSettings): Promise<TelemetryQueries & { close(): Promise<void> }> {
  return influx === null
    ? RemoteTelemetryQueries.connect(join(dataDirectory, 'run', 'store.sock'))
    : InfluxTelemetryStore.open({ ...influx, schema: storeSchemaOf(kinds) });
}

import { kinds } from '#kinds';
import type { QueriesSettings } from '#service';
import { InfluxTelemetryStore } from '../influxdb/index.js';
import { RemoteTelemetryQueries } from '../remote/index.js';
import { storeSchemaOf } from '../store-schema.js';
import type { TelemetryQueries } from '../telemetry-store.js';

/**
 * The store as the settings name it, for a process that only asks: ingest alone opens the embedded one, and answers for it. For composition
 * roots.
 */
export function openTelemetryQueries(
  settings: QueriesSettings,
): Promise<TelemetryQueries & { close(): Promise<void> }> {
  return settings.type === 'remote'
    ? RemoteTelemetryQueries.connect(settings.socketPath)
    : InfluxTelemetryStore.open({ ...settings, schema: storeSchemaOf(kinds) });
}

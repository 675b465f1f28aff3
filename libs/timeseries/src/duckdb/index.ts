export { DuckDbTelemetryStore, type DuckDbOptions } from './duckdb-telemetry-store.js';
export type { Recovery } from './open-database.js';

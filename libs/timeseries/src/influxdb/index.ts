export { type InfluxOptions, InfluxTelemetryStore } from './influx-telemetry-store.js';

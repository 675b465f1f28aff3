export { serveTelemetryQueries, type ServedQueries } from './serve-telemetry-queries.js';
export { RemoteTelemetryQueries, type RemoteOptions } from './remote-telemetry-queries.js';

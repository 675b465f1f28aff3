export * from './store-schema.js';
export * from './telemetry-store.js';
export * from './buckets.js';
export * from './completeness.js';

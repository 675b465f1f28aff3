export * from './message.js';
export * from './reading-batch.js';
export * from './topics.js';
export * from './errors.js';
export * from './environment.js';
export * from './service-status.js';
export * from './clock.js';
export * from './districts/districts.js';

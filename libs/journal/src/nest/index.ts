export * from './feed.strategy.js';
export * from './invoke.js';

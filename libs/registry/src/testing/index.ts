export * from './followed-registry.js';

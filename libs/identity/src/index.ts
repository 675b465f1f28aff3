export * from './principal.js';
export * from './keys.js';
export * from './passwords.js';
export * from './secret-file.js';
export * from './topic-filter.js';
export * from './permissions.js';
export * from './production-secrets.js';
export * from './sealed-text.js';

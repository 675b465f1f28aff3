export * from './registry.js';
export * from './device-state.js';
export * from './device-types.js';
export { fromTemplate, overTemplate } from './device-import/from-template.js';
export { planImport, type ImportContext, type ImportFault, type ImportPlan } from './device-import/plan-import.js';
export * from './downlinks.js';
export * from './network-servers.js';
export * from './replays.js';
export * from './sightings.js';

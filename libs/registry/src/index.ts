export * from './registry.js';
export { planImport, type ImportContext, type ImportFault, type ImportPlan } from './device-import/plan-import.js';

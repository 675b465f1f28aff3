export { ScriptPool, type ScriptPoolOptions } from './script-pool.js';
export { DEFAULT_SANDBOX_LIMITS, type PoolPolicy, type SandboxLimits } from './limits.js';
export type { CallAnswer, CallFault, CallOutput, Script, ScriptCall, ScriptFunction } from './protocol.js';

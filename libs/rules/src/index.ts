export { alarmId, type AlarmChange, type RaisedAlarm, type ScopedRule } from './rule.js';
export { readDefinition, type DefinitionFault, type DefinitionResult } from './read-definition.js';
export type { EvaluatorState } from './evaluator-state.js';
export { RuleEvaluator, type EvaluatorOptions, type KnownDevice, type RecalledReading } from './rule-evaluator.js';

import { getMetadataStorage } from 'class-validator';
import type { MetricType } from './kind.js';
import { NOT_FROM_DEVICE } from './metric.decorators.js';

/** What class-validator demands of one property, in the form that the compiled validator, JSON Schema and the catalogue use. */
export interface MetricConstraints {
  readonly type: MetricType;
  /** For booleans 0 and 1, for enumerations the first and the last index. */
  readonly min: number;
  readonly max: number;
  readonly labels: readonly string[] | null;
  readonly derived: boolean;
}

interface Rule {
  readonly type: string;
  readonly name?: string;
  readonly propertyName: string;
  readonly constraints?: readonly unknown[];
  readonly groups?: readonly string[];
  readonly each?: boolean;
  readonly validateIf?: unknown;
}

/**
 * Reads the constraints of a payload class from class-validator's own storage.
 *
 * @throws Error naming every property and decorator that cannot be compiled, so that a kind fails at start-up and is never
 * validated by half.
 */
export function readConstraints(payload: new () => object): Map<string, MetricConstraints> {
  const byProperty = new Map<string, Rule[]>();
  for (const rule of getMetadataStorage().getTargetValidationMetadatas(payload, '', false, false) as readonly Rule[]) {
    const rules = byProperty.get(rule.propertyName);
    if (rules === undefined) byProperty.set(rule.propertyName, [rule]);
    else rules.push(rule);
  }
  const faults: string[] = [];
  const constraints = new Map<string, MetricConstraints>();
  for (const [property, rules] of byProperty) {
    const faultsBefore = faults.length;
    const found = constraintsOf(rules, (fault) => faults.push(`${property}: ${fault}`));
    if (faults.length === faultsBefore) constraints.set(property, found);
  }
  if (faults.length > 0) throw new Error(`${payload.name} cannot be compiled.\n  ${faults.join('\n  ')}`);
  return constraints;
}

function constraintsOf(rules: readonly Rule[], fault: (text: string) => void): MetricConstraints {
  const types: MetricType[] = [];
  let [min, max] = [-Infinity, Infinity];
  let labels: readonly string[] | null = null;
  let [optional, derived] = [false, false];
  for (const rule of rules) {
    if (rule.each === true || (rule.groups?.length ?? 0) > 0 || rule.validateIf !== undefined) {
      fault(`${nameOf(rule)} uses each, groups or validateIf, which are not supported`);
    }
    const [first] = rule.constraints ?? [];
    switch (nameOf(rule)) {
      case 'isOptional':
        optional = true;
        break;
      case 'isNumber':
        types.push('number');
        checkNumberOptions(first, fault);
        break;
      case 'isInt':
        types.push('integer');
        break;
      case 'isBoolean':
        types.push('boolean');
        break;
      case 'isIn':
        types.push('enum');
        labels = textLabels(first, fault);
        break;
      case 'min':
        min = Math.max(min, Number(first));
        break;
      case 'max':
        max = Math.min(max, Number(first));
        break;
      case NOT_FROM_DEVICE:
        derived = true;
        break;
      default:
        fault(`${nameOf(rule)} is not supported; use the decorators of metric.decorators.ts`);
    }
  }
  if (!optional) fault('a metric must be optional');
  const type = types[0] ?? 'number';
  if (types.length !== 1) fault(`needs exactly one of IsNumber, IsInt, IsBoolean and IsIn, has ${types.length}`);
  if (type === 'boolean') return { type, min: 0, max: 1, labels, derived };
  if (type === 'enum') return { type, min: 0, max: (labels?.length ?? 1) - 1, labels, derived };
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) fault('needs a finite range, Min and Max');
  if (type === 'integer' && !(Number.isSafeInteger(min) && Number.isSafeInteger(max)))
    fault('the range must lie within the safe integers');
  return { type, min, max, labels, derived };
}

function nameOf(rule: Rule): string {
  return rule.name ?? rule.type;
}

function checkNumberOptions(options: unknown, fault: (text: string) => void): void {
  for (const [name, value] of Object.entries((options ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== false) fault(`IsNumber with ${name} is not supported`);
  }
}

function textLabels(labels: unknown, fault: (text: string) => void): readonly string[] {
  if (Array.isArray(labels) && labels.length > 0 && labels.every((label) => typeof label === 'string'))
    return labels as string[];
  fault('IsIn needs a list of texts');
  return [];
}

import { TOPIC_LEVEL } from '#core';
import { type AlarmDefault, type Kind, nearestName, SEVERITIES } from '#kinds';

export type DefinitionResult = { readonly definition: AlarmDefault } | { readonly faults: readonly DefinitionFault[] };

export interface DefinitionFault {
  /** RFC 6901 pointer into the definition. */
  readonly pointer: string;
  readonly detail: string;
}

const MAX_TEXT = 1_000;
const MAX_DELAY_MS = 7 * 24 * 3_600_000;
const MAX_INTERVALS = 10_000;

/** Reads the definition of a rule for this kind, as it came from a person or from the registry. All faults are listed. */
export function readDefinition(input: unknown, kind: Pick<Kind, 'name' | 'metrics'>): DefinitionResult {
  const faults: DefinitionFault[] = [];
  const facts = (typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {}) as Record<
    string,
    unknown
  >;
  const fault = (pointer: string, detail: string): void => void faults.push({ pointer, detail });

  if (typeof facts.id !== 'string' || !TOPIC_LEVEL.test(facts.id))
    fault('/id', 'an id is 1 to 64 letters, digits, dots, dashes or underscores');
  if (!SEVERITIES.some((severity) => severity === facts.severity))
    fault('/severity', `one of ${SEVERITIES.join(', ')} is needed`);
  checkTitles(facts.titles, '/titles', fault);
  checkTitles(facts.advice, '/advice', fault);
  if (facts.type === 'threshold') checkThreshold(facts, kind, fault);
  else if (facts.type === 'absence')
    checkNumber(facts.intervals, '/intervals', { min: 1, max: MAX_INTERVALS, whole: true }, fault);
  else fault('/type', "'threshold' or 'absence' is needed");
  return faults.length > 0 ? { faults } : { definition: input as AlarmDefault };
}

type Report = (pointer: string, detail: string) => void;

function checkThreshold(facts: Record<string, unknown>, kind: Pick<Kind, 'name' | 'metrics'>, fault: Report): void {
  const metrics = kind.metrics.map((metric) => metric.name);
  if (typeof facts.metric !== 'string' || !metrics.includes(facts.metric)) {
    const near = typeof facts.metric === 'string' ? nearestName(facts.metric, metrics) : null;
    fault('/metric', `the kind ${kind.name} has no such metric${near === null ? '' : `; did you mean '${near}'?`}`);
  }
  if (facts.when !== 'above' && facts.when !== 'below') fault('/when', "'above' or 'below' is needed");
  checkNumber(facts.limit, '/limit', {}, fault);
  checkNumber(facts.hysteresis, '/hysteresis', { min: 0 }, fault);
  checkNumber(facts.onDelayMs, '/onDelayMs', { min: 0, max: MAX_DELAY_MS, whole: true }, fault);
  checkNumber(facts.offDelayMs, '/offDelayMs', { min: 0, max: MAX_DELAY_MS, whole: true }, fault);
}

function checkNumber(
  value: unknown,
  pointer: string,
  range: { min?: number; max?: number; whole?: boolean },
  fault: Report,
): void {
  const { min = -Infinity, max = Infinity, whole = false } = range;
  if (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    (!whole || Number.isInteger(value))
  )
    return;
  const bounds = [
    ...(Number.isFinite(min) ? [`from ${min}`] : []),
    ...(Number.isFinite(max) ? [`to ${max}`] : []),
  ].join(' ');
  fault(pointer, `a ${whole ? 'whole' : 'finite'} number ${bounds === '' ? '' : `${bounds} `}is needed`);
}

function checkTitles(value: unknown, pointer: string, fault: Report): void {
  const texts = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  for (const language of ['en', 'zh-Hant', 'zh-Hans']) {
    const text = texts[language];
    if (typeof text !== 'string' || text === '' || text.length > MAX_TEXT)
      fault(`${pointer}/${language}`, `text of 1 to ${MAX_TEXT} characters is needed`);
  }
}

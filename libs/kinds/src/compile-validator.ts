import type { Rejection } from '#core';
import { readConstraints, type MetricConstraints } from './constraints.js';
import type { Kind, Metric } from './kind.js';
import { nearestName } from './nearest-name.js';

/**
 * Validates the `values` of one reading.
 *
 * Writes each sound metric into `out` in the kind's order (booleans as 0 and 1, enumerations as the index of their label)
 * and NaN for each that is absent, null or refused. Returns what was refused, or null when nothing was; sound metrics are
 * kept even when others are refused. `out` must have one element per metric of the kind; it may be used again.
 *
 * @param pointer JSON pointer of the reading in its payload, '' for a single one
 */
export type ReadingValidator = (
  values: Readonly<Record<string, unknown>>,
  out: Float64Array,
  pointer: string,
) => readonly Rejection[] | null;

/** More refused values than this in one reading are counted, not listed: a hostile payload may hold thousands. */
export const MAX_LISTED_REJECTIONS = 32;

/** V8 turns this form, and not `Object.hasOwn`, into nothing inside a for-in loop over plain objects. */
const hasOwn = Object.prototype.hasOwnProperty;

interface Slot {
  readonly name: string;
  readonly metric: Metric;
  readonly index: number;
  readonly numeric: boolean;
  readonly integer: boolean;
  readonly boolean: boolean;
  readonly min: number;
  readonly max: number;
  readonly labels: ReadonlyMap<string, number> | null;
}

/**
 * Turns class-validator's rules for the kind into a function for the path of every message. It accepts and refuses exactly
 * what class-validator does (a property test holds the two together) at a hundred times its speed.
 *
 * Devices of a kind send the same names in the same order, so the slot of the n-th name of the last reading is tried first:
 * comparing two interned strings is cheaper than hashing one.
 *
 * @throws Error when the class carries a rule that cannot be compiled
 */
export function compileValidator(kind: Kind): ReadingValidator {
  const slots = slotsOf(kind);
  const names = kind.metrics.filter((metric) => metric.derived !== true).map((metric) => metric.name);
  const guess: (Slot | undefined)[] = new Array<Slot | undefined>(slots.size).fill(undefined);

  return (values, out, pointer) => {
    out.fill(NaN);
    let refusals: Refusals | null = null;
    let position = 0;
    for (const name in values) {
      if (!hasOwn.call(values, name)) continue;
      const value = values[name];
      let slot = guess[position];
      if (slot === undefined || slot.name !== name) {
        slot = slots.get(name);
        if (position < guess.length) guess[position] = slot;
      }
      position++;
      if (slot === undefined) {
        (refusals ??= new Refusals(pointer)).unknown(name, kind, names);
        continue;
      }
      if (typeof value === 'number') {
        if (slot.numeric && value >= slot.min && value <= slot.max && (!slot.integer || Number.isInteger(value))) {
          out[slot.index] = value;
          continue;
        }
      } else if (value === null || value === undefined) {
        continue;
      } else if (slot.boolean && typeof value === 'boolean') {
        out[slot.index] = value ? 1 : 0;
        continue;
      } else if (slot.labels !== null && typeof value === 'string') {
        const index = slot.labels.get(value);
        if (index !== undefined) {
          out[slot.index] = index;
          continue;
        }
      }
      (refusals ??= new Refusals(pointer)).bad(slot, value);
    }
    return refusals === null ? null : refusals.list();
  };
}

function slotsOf(kind: Kind): Map<string, Slot> {
  const constraints = readConstraints(kind.payload);
  return new Map(
    kind.metrics.map((metric, index) => [metric.name, slotOf(metric, index, constraints.get(metric.name)!)]),
  );
}

function slotOf(metric: Metric, index: number, { type, min, max, labels, derived }: MetricConstraints): Slot {
  return {
    name: metric.name,
    metric,
    index,
    // A derived metric matches no branch of the validator, so every value of it is refused.
    numeric: !derived && (type === 'number' || type === 'integer'),
    integer: type === 'integer',
    boolean: !derived && type === 'boolean',
    min,
    max,
    labels: derived || labels === null ? null : new Map(labels.map((label, i) => [label, i])),
  };
}

/** The slow path: words for the owner of the device. */
class Refusals {
  private readonly rejections: Rejection[] = [];
  private unlisted = 0;

  constructor(private readonly pointer: string) {}

  unknown(name: string, kind: Kind, names: readonly string[]): void {
    if (this.isFull()) return;
    const nearest = nearestName(name, names);
    const advice = nearest === null ? `compare with GET /v1/kinds/${kind.name}` : `did you mean '${nearest}'?`;
    this.rejections.push({
      code: 'unknown-metric',
      pointer: this.pointerTo(name),
      detail: `'${shorten(name)}' is not a metric of ${kind.name}; ${advice}`,
      expected: nearest ?? `a metric of ${kind.name}`,
      actual: shorten(name),
    });
  }

  bad({ metric, min, max }: Slot, value: unknown): void {
    if (this.isFull()) return;
    const actual = describe(value);
    const pointer = this.pointerTo(metric.name);
    const expected = expectation(metric);
    if (metric.derived === true) {
      const detail = `'${metric.name}' is computed by the platform; do not send it`;
      this.rejections.push({ code: 'derived-metric', pointer, detail, expected: 'absent', actual });
    } else if (
      typeof value === 'number' &&
      Number.isFinite(value) &&
      isNumeric(metric) &&
      (value < min || value > max)
    ) {
      const detail = `${metric.name} is ${actual}, which is outside ${min} to ${max} ${metric.unit}; check the sensor and its unit`;
      this.rejections.push({ code: 'out-of-range', pointer, detail, expected, actual });
    } else {
      const detail = `${metric.name} is ${actual}; send ${expected}, or leave it out`;
      this.rejections.push({ code: 'wrong-type', pointer, detail, expected, actual });
    }
  }

  list(): readonly Rejection[] {
    if (this.unlisted > 0) {
      const detail = `${this.unlisted} more values of this reading were refused; only the first ${MAX_LISTED_REJECTIONS} are listed`;
      this.rejections.push({ code: 'unknown-metric', pointer: `${this.pointer}/values`, detail });
    }
    return this.rejections;
  }

  private isFull(): boolean {
    if (this.rejections.length < MAX_LISTED_REJECTIONS) return false;
    this.unlisted++;
    return true;
  }

  /** RFC 6901 section 3: '~' and '/' are escaped. */
  private pointerTo(name: string): string {
    return `${this.pointer}/values/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
}

function isNumeric(metric: Metric): boolean {
  return metric.type === 'number' || metric.type === 'integer';
}

function expectation(metric: Metric): string {
  switch (metric.type) {
    case 'boolean':
      return 'true or false';
    case 'enum':
      return `one of ${metric.labels!.map((label) => `'${label}'`).join(', ')}`;
    case 'integer':
      return `a whole number from ${metric.min} to ${metric.max} (${metric.unit})`;
    case 'number':
      return `a finite number from ${metric.min} to ${metric.max} (${metric.unit})`;
  }
}

/** Never prints more of a payload than its owner needs to recognise it. */
function describe(value: unknown): string {
  if (typeof value === 'string') return `the text ${JSON.stringify(shorten(value))}`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return shorten(String(value));
}

function shorten(text: string): string {
  return text.length <= 48 ? text : `${text.slice(0, 47)}…`;
}

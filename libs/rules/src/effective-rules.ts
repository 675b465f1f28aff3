import type { AlarmDefault, Kind } from '#kinds';
import { currentIntervals } from './lateness.js';
import type { AbsenceRule, ScopedRule, ThresholdRule } from './rule.js';

/** Rules of one device, ready to be compared with. Devices of the same scope share one. */
export interface CompiledRules {
  readonly thresholds: readonly CompiledThreshold[];
  readonly absences: readonly AbsenceRule[];
  /** A reading that is older when it comes is late (`lateness.ts`). */
  readonly currentIntervals: number;
  readonly byId: ReadonlyMap<string, AlarmDefault>;
}

export interface CompiledThreshold {
  readonly rule: ThresholdRule;
  /** Index into the per-device times of the newest value and into the columns that a batch is given. */
  readonly slot: number;
  readonly above: boolean;
  readonly limit: number;
  /** The value at and beyond which an active alarm may clear. */
  readonly clearAt: number;
}

interface DeviceScope {
  readonly id: string;
  readonly department: string;
}

/**
 * Which rules hold for a device of one kind: the defaults of the kind, and over them the rules of operators. Of several with
 * the same definition id the narrowest scope wins (device, then department, then the whole kind); a disabled one switches the
 * alarm off within its scope.
 */
export class EffectiveRules {
  /** Metrics that any rule of the kind looks at; the index is the slot. */
  readonly metrics: readonly string[];
  private readonly slots: ReadonlyMap<string, number>;
  private readonly shared = new Map<string, CompiledRules>();
  private readonly withDevice: ReadonlySet<string>;

  constructor(
    private readonly kind: Kind,
    private readonly rules: readonly ScopedRule[],
  ) {
    const definitions = [...kind.alarms, ...rules.map((rule) => rule.definition)];
    this.metrics = [
      ...new Set(definitions.flatMap((definition) => (definition.type === 'threshold' ? [definition.metric] : []))),
    ];
    this.slots = new Map(this.metrics.map((metric, slot) => [metric, slot]));
    this.withDevice = new Set(rules.flatMap((rule) => (rule.device === null ? [] : [rule.device])));
  }

  of(device: DeviceScope): CompiledRules {
    const scope = this.withDevice.has(device.id)
      ? `device ${device.id} ${device.department}`
      : `department ${device.department}`;
    let compiled = this.shared.get(scope);
    if (compiled === undefined) {
      compiled = this.compile(device);
      this.shared.set(scope, compiled);
    }
    return compiled;
  }

  private compile(device: DeviceScope): CompiledRules {
    const effective = new Map<string, AlarmDefault>(this.kind.alarms.map((alarm) => [alarm.id, alarm]));
    const holding = this.rules.filter((rule) => holds(rule, device)).sort((a, b) => narrowness(a) - narrowness(b));
    for (const { enabled, definition } of holding) {
      if (enabled) effective.set(definition.id, definition);
      else effective.delete(definition.id);
    }
    const definitions = [...effective.values()];
    const absences = definitions.filter((rule) => rule.type === 'absence');
    return {
      thresholds: definitions.flatMap((rule) => (rule.type === 'threshold' ? [this.threshold(rule)] : [])),
      absences,
      currentIntervals: currentIntervals(absences),
      byId: effective,
    };
  }

  private threshold(rule: ThresholdRule): CompiledThreshold {
    const above = rule.when === 'above';
    return {
      rule,
      slot: this.slots.get(rule.metric)!,
      above,
      limit: rule.limit,
      clearAt: above ? rule.limit - rule.hysteresis : rule.limit + rule.hysteresis,
    };
  }
}

function holds(rule: ScopedRule, device: DeviceScope): boolean {
  return (
    (rule.device === null || rule.device === device.id) &&
    (rule.department === null || rule.department === device.department)
  );
}

function narrowness(rule: ScopedRule): number {
  return (rule.device === null ? 0 : 2) + (rule.department === null ? 0 : 1);
}

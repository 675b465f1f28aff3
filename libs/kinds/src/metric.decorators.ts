import { IsBoolean, IsIn, IsInt, IsNumber, IsOptional, Max, Min, ValidateBy } from 'class-validator';
import type { PrivacyClass, Titles } from './kind.js';

/** Name under which class-validator's storage keeps the rule that a device may not send a metric. */
export const NOT_FROM_DEVICE = 'notFromDevice';

/** What class-validator has no decorator for. Type, range and labels are not here: they are read back from its storage. */
export interface MetricOptions {
  readonly titles: Titles;
  readonly quantity: string;
  /** UCUM, case sensitive. */
  readonly unit: string;
  /** Definition of the SensorThings ObservedProperty. */
  readonly definition: string;
  /** Digits after the point that carry meaning; 0 unless told. */
  readonly precision?: number;
  /** 'none' unless told. Anything else needs a purpose. */
  readonly privacy?: PrivacyClass;
  readonly purpose?: Titles;
  readonly retentionDays?: number;
  readonly cumulative?: boolean;
  /** Computed by the platform, such as the AQHI. */
  readonly derived?: boolean;
}

export interface RangedMetricOptions extends MetricOptions {
  /** Physical range, both ends included. */
  readonly min: number;
  readonly max: number;
}

export interface EnumMetricOptions extends MetricOptions {
  /** Label on the wire -> titles. The order is the stored number: only ever append. */
  readonly labels: Readonly<Record<string, Titles>>;
}

/** A metric as declared on a class: name and options, before the constraints are read back. */
export interface DeclaredMetric extends MetricOptions {
  readonly name: string;
  readonly labelTitles?: readonly Titles[];
}

const declarations = new WeakMap<object, DeclaredMetric[]>();

/** Metrics of a payload class in the order in which they are written down. */
export function declaredMetrics(payload: new () => object): readonly DeclaredMetric[] {
  return declarations.get(payload) ?? [];
}

/** A finite number. `-40`, `23.5`; never a numeric string. */
export function NumberMetric(options: RangedMetricOptions): PropertyDecorator {
  const { min, max, ...rest } = options;
  return metric(rest, [IsNumber({ allowNaN: false, allowInfinity: false }), Min(min), Max(max)]);
}

/** A whole number. The range must lie within the safe integers, so that 2^63 is refused and never rounded. */
export function IntegerMetric(options: RangedMetricOptions): PropertyDecorator {
  const { min, max, ...rest } = options;
  return metric(rest, [IsInt(), Min(min), Max(max)]);
}

/** `true` or `false`, stored as 1 and 0. */
export function BooleanMetric(options: MetricOptions): PropertyDecorator {
  return metric(options, [IsBoolean()]);
}

/** One of a few labels, stored as the index of the label. */
export function EnumMetric(options: EnumMetricOptions): PropertyDecorator {
  const { labels, ...rest } = options;
  return metric(rest, [IsIn(Object.keys(labels))], Object.values(labels));
}

/** Every metric is optional: a device sends what it has, and a sensor that failed may say null. */
function metric(
  options: MetricOptions,
  rules: readonly PropertyDecorator[],
  labelTitles?: readonly Titles[],
): PropertyDecorator {
  return (prototype, property) => {
    IsOptional()(prototype, property as string);
    for (const rule of rules) rule(prototype, property);
    if (options.derived === true) NotFromDevice()(prototype, property);
    const list = declarations.get(prototype.constructor) ?? [];
    list.push({ ...options, name: String(property), ...(labelTitles === undefined ? {} : { labelTitles }) });
    declarations.set(prototype.constructor, list);
  };
}

function NotFromDevice(): PropertyDecorator {
  return ValidateBy({
    name: NOT_FROM_DEVICE,
    validator: { validate: () => false, defaultMessage: () => '$property is computed by the platform' },
  });
}

import type { Derivation } from './derivation.js';

/** The declaration of a kind of device, as the rest of the house sees it. `defineKind` builds one from a class. */

/** English, 繁體中文, 简体中文. */
export interface Titles {
  readonly en: string;
  readonly 'zh-Hant': string;
  readonly 'zh-Hans': string;
}

/** All values are stored as numbers; see `Reading.values`. */
export type MetricType = 'number' | 'integer' | 'boolean' | 'enum';

export type PrivacyClass = 'none' | 'aggregate' | 'personal';

export interface Metric {
  /** camelCase name on the wire, in the store and in the API. */
  readonly name: string;
  readonly type: MetricType;
  readonly titles: Titles;
  /** What is measured, such as 'temperature' (uCIFI, TALQ and Smart Data Models names where they have one). */
  readonly quantity: string;
  /** UCUM unit, case sensitive ('Cel', 'ug/m3', '1'). */
  readonly unit: string;
  /** Physical range; values outside are refused. */
  readonly min: number;
  readonly max: number;
  /** Digits after the point that carry meaning. */
  readonly precision: number;
  /** Labels of an enumeration as sent on the wire, index = stored number. */
  readonly labels?: readonly string[];
  /** Titles of the labels, in the same order. */
  readonly labelTitles?: readonly Titles[];
  /** Definition URL of the SensorThings ObservedProperty. */
  readonly definition: string;
  readonly privacy: PrivacyClass;
  /** Why it is collected; declared whenever `privacy` is not 'none' (THREATS 39). */
  readonly purpose?: Titles;
  readonly retentionDays: number;
  /** A counter that only grows (energy, totals): charts show its rate. */
  readonly cumulative: boolean;
  /** True when the platform computes it; a device that sends it is refused with 'derived-metric'. */
  readonly derived?: boolean;
}

export type Severity = 'critical' | 'high' | 'medium' | 'low';
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** An alarm that every device of the kind has by default; rules of the registry may override or add to it. */
export type AlarmDefault =
  | {
      readonly id: string;
      readonly type: 'threshold';
      readonly titles: Titles;
      readonly severity: Severity;
      readonly metric: string;
      readonly when: 'above' | 'below';
      readonly limit: number;
      /** Distance on the safe side of the limit that a value must reach before the alarm clears. */
      readonly hysteresis: number;
      /** Event time for which the condition must hold before the alarm is raised, and be gone before it clears. */
      readonly onDelayMs: number;
      readonly offDelayMs: number;
      /** What the operator should do. */
      readonly advice: Titles;
    }
  | {
      readonly id: string;
      readonly type: 'absence';
      readonly titles: Titles;
      readonly severity: Severity;
      /** Number of expected intervals without data. */
      readonly intervals: number;
      readonly advice: Titles;
    };

/** Said by a kind whose readings could single out a person (THREATS 40): it is refused unless an approval is on record. */
export interface Identification {
  /** What a person would be recognised by, such as faces, number plates or radio addresses. */
  readonly what: Titles;
  /** Who has to approve the use, and on what ground. */
  readonly approvalRequired: Titles;
}

/** The weather of the city at one moment. */
export interface Weather {
  /** Degrees Celsius. */
  readonly temperature: number;
  /** Percent. */
  readonly humidity: number;
  /** Metres per second. */
  readonly windSpeed: number;
  /** Degrees from true north that the wind comes from. */
  readonly windDirection: number;
  /** Millimetres per hour. */
  readonly rainRate: number;
  /** Hectopascal at sea level. */
  readonly pressure: number;
}

/** What a simulated device knows when it makes its next reading. All randomness comes from `random`. */
export interface SimulationContext {
  /** Event time of the reading, milliseconds since the epoch. */
  readonly time: number;
  /** Hour of the day in Hong Kong, 0 to 24, with fraction. */
  readonly hour: number;
  readonly latitude: number;
  readonly longitude: number;
  /** Uniform in [0, 1), from the seed of the device. */
  random(): number;
  /** Standard normal, from the seed of the device. */
  gaussian(): number;
  /** Weather that all devices of the city share. */
  readonly weather: Weather;
  /** Numbers that survive from one reading of the device to the next (counters, faults under way). */
  readonly memory: Map<string, number>;
}

export interface Kind {
  readonly name: string;
  readonly titles: Titles;
  readonly description: Titles;
  /** Department that owns devices of this kind unless the registry says otherwise, such as 'hyd'. */
  readonly department: string;
  /** Expected distance between readings. */
  readonly intervalMs: number;
  readonly metrics: readonly Metric[];
  readonly alarms: readonly AlarmDefault[];
  /** The class that declares the payload with class-validator decorators. */
  readonly payload: new () => object;
  /** Derived metrics the platform computes for devices of this kind, such as 'aqhi'. Stored like any other metric. */
  readonly derived: readonly string[];
  /** How the derived metrics are computed: one for each of them, or for several at once. */
  readonly derivations: readonly Derivation[];
  /**
   * True for what is stored beside the readings of devices of other kinds, such as how the network heard them: no device is of
   * this kind, and it is not simulated. Absent for the kind of a device.
   */
  readonly companion?: true;
  /** Absent for a kind that cannot identify anybody, which is what a kind should be. See `approvals.ts`. */
  readonly identifiesPeople?: Identification;
  /**
   * How the person concerned agrees, and how they withdraw. A kind with a 'personal' metric states this or `identifiesPeople`.
   */
  readonly consent?: Titles;
  /** Plausible metric values for one reading. */
  simulate(context: SimulationContext): Record<string, number | boolean | string>;
}

import type { Weather } from '#kinds';

/**
 * How an effect changes one metric: to a fixed value, or up and down from the plausible one. What comes out is kept in the
 * range of the metric.
 */
export type Change = number | boolean | string | { readonly add: number } | { readonly times: number };

/** What is struck together. All devices of a struck district, feeder, place or gateway are; `device` strikes single ones. */
export type Unit = 'city' | 'district' | 'feeder' | 'place' | 'device';

export interface Effect {
  /** Unique in the scenario. */
  readonly name: string;
  /** Effects with the same cause, unit and share strike the same units. Its name when it has none in common with others. */
  readonly cause?: string;
  /**
   * Names of kinds; `any` for all kinds, of which those that have none of the metrics are left alone; `unbuffered` for those
   * that live on the mains and cannot even say that they are gone. A kind that is added later is struck by the last two without
   * being named.
   */
  readonly kinds: readonly string[] | 'any' | 'unbuffered';
  /** Part of the course in which it happens, 0 to 1. It grows over the first quarter of it and fades over the last. */
  readonly during: readonly [from: number, to: number];
  readonly unit: Unit;
  /** Share of the units that is struck, 0 to 1. */
  readonly share: number;
  /** Of `during`: by so much of the course the first unit is struck, and free again, before the last one. */
  readonly stagger?: number;
  readonly values?: Readonly<Record<string, Change>>;
  /** Says nothing. A silent LoRaWAN gateway hears nothing either, so the devices behind it are lost with it. */
  readonly silent?: true;
  /** The clock of the device runs away by up to this much, either way, and comes back. */
  readonly clockErrorMs?: number;
}

/** Something that happens to the city for some hours, said as data. */
export interface Scenario {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** How long it takes in a real city; a run may take another time for it. */
  readonly hours: number;
  /**
   * @param weather what the seed has for this time
   * @param progress 0 at the start of the scenario, 1 at its end
   */
  weather?(weather: Weather, progress: number, at: { readonly latitude: number; readonly longitude: number }): Weather;
  readonly effects: readonly Effect[];
}

/** 0 to 1 and back: rises over the first quarter of `from..to`, falls over the last. */
export function course(progress: number, from: number, to: number): number {
  if (progress <= from || progress >= to) return 0;
  const x = (progress - from) / (to - from);
  return smooth(Math.min(1, x * 4, (1 - x) * 4));
}

function smooth(x: number): number {
  return x * x * (3 - 2 * x);
}

export function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

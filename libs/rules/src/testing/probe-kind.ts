import { type DeviceIdentity, type ReadingBatch, ReadingBatchBuilder } from '#core';
import type { AlarmDefault, Kind, Metric } from '#kinds';
import type { ThresholdRule } from '../rule.js';

/** A small kind and batches of it, for the specs of this library. */

const titles = { en: 'x', 'zh-Hant': 'x', 'zh-Hans': 'x' };

export const threshold = (change: Partial<ThresholdRule> = {}): ThresholdRule => ({
  id: 'hot',
  type: 'threshold',
  titles,
  severity: 'high',
  metric: 'temperature',
  when: 'above',
  limit: 50,
  hysteresis: 10,
  onDelayMs: 0,
  offDelayMs: 0,
  advice: titles,
  ...change,
});

export const absence: AlarmDefault = {
  id: 'silent',
  type: 'absence',
  titles,
  severity: 'low',
  intervals: 3,
  advice: titles,
};

const metric = (name: string): Metric => ({
  name,
  type: 'number',
  titles,
  quantity: name,
  unit: '1',
  min: -1_000,
  max: 1_000,
  precision: 1,
  definition: '',
  privacy: 'none',
  retentionDays: 1,
  cumulative: false,
});

export const kindWith = (...alarms: readonly AlarmDefault[]): Kind => ({
  name: 'probe',
  titles,
  description: titles,
  department: 'hyd',
  intervalMs: 60_000,
  metrics: [metric('temperature'), metric('humidity')],
  alarms,
  payload: Object,
  derived: [],
  derivations: [],
  simulate: () => ({}),
});

export const identity = (id: string, department = 'hyd'): DeviceIdentity => ({
  id,
  kind: 'probe',
  department,
  district: 'A',
  latitude: 22.3,
  longitude: 114.2,
});

export interface Row {
  readonly device?: DeviceIdentity;
  readonly time: number;
  readonly sequence: number;
  readonly temperature?: number;
  readonly humidity?: number;
  readonly receivedAt?: number;
}

export function batchOf(rows: readonly Row[]): ReadingBatch {
  const builder = new ReadingBatchBuilder('probe', ['temperature', 'humidity']);
  for (const { device = identity('A'), time, sequence, temperature = NaN, humidity = NaN, receivedAt = time } of rows) {
    builder.add({
      device,
      time,
      receivedAt,
      sequence,
      boot: null,
      seq: null,
      values: Float64Array.of(temperature, humidity),
    });
  }
  return builder.build();
}

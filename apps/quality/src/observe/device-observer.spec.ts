import { describe, expect, it } from '@jest/globals';
import type { ReadingBatch } from '#core';
import { findKind } from '#kinds';
import { DeviceObserver, type DeviceObserverState, observedColumns } from './device-observer.js';
import { HourMemory, KindMemory } from './kind-memory.js';
import { HOUR_MS } from './window.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 25, 0);

describe('what is remembered of a device', () => {
  const memory = (): KindMemory => new KindMemory(findKind('lpwan-node')!, new HourMemory());

  const observe = (
    of: KindMemory,
    observer: DeviceObserver,
    minutes: number,
    temperature: (i: number) => number,
  ): void => {
    const time = Float64Array.from({ length: minutes }, (_, i) => START + i * MINUTE);
    const batch: ReadingBatch = {
      kind: 'lpwan-node',
      length: minutes,
      devices: [],
      device: new Uint32Array(minutes),
      time,
      receivedAt: time.map((at) => at + 250),
      sequence: time,
      boot: [],
      seq: time,
      metrics: ['temperature', 'battery'],
      columns: [time.map((_, i) => temperature(i)), new Float64Array(minutes).fill(90)],
    };
    const columns = observedColumns(batch, of.watched);
    for (let row = 0; row < minutes; row++) observer.observe(batch, row, columns, MINUTE);
  };
  const lively = (i: number): number => (i === 40 ? 60 : 20 + 3 * Math.sin(i / 5) + 0.1 * (i % 3));
  const now = START + 2 * HOUR_MS;
  const shown = (observer: DeviceObserver): unknown => ({
    completeness: observer.arrivals.completeness(now, MINUTE),
    gaps: observer.arrivals.gaps(now, MINUTE),
    clock: observer.clock.offset(now),
    battery: observer.battery?.trend(),
    stuck: observer.stuck(),
    spikes: observer.spikes(now),
    frames: observer.frames(now),
  });

  it('is the same after it was saved', () => {
    const of = memory();
    const observer = new DeviceObserver(of, START);
    observe(of, observer, 100, (i) => (i < 80 ? lively(i) : 21));
    observer.noteFrame(START, 3);
    observer.noteFrame(START + HOUR_MS, 0);
    expect(shown(observer)).toMatchObject({
      frames: { heard: 2, lost: 3 },
      clock: { offsetMs: 250 },
      battery: { percent: 90 },
      stuck: [{ metric: 'temperature', value: 21 }],
      spikes: { temperature: 1 },
    });
    const saved = JSON.parse(JSON.stringify(observer.state())) as DeviceObserverState;
    const again = new DeviceObserver(memory(), 0);
    again.load(saved);
    expect(shown(again)).toEqual(shown(observer));
    expect(again.state()).toEqual(observer.state());
  });

  it('can be read as the release before wrote it, whatever metrics the kind had then', () => {
    const nothing = Array<null>(24).fill(null);
    const observer = new DeviceObserver(memory(), now);
    observer.load({
      arrivals: {
        since: START,
        newest: START + HOUR_MS,
        hours: { newest: START / HOUR_MS, values: [60, ...nothing.slice(1)] },
        gaps: [[START + MINUTE, START + 9 * MINUTE]],
      },
      clock: { newest: START / HOUR_MS, values: [-1500.25, ...nothing.slice(1)] },
      battery: [[20_000, 81.5], [20_003, 78.5]], // prettier-ignore
      metrics: { temperature: [21, 20.5, 40, START, 60, 1.25, 0.5], gone: [1, null, 1, START, 0, 1, 0] },
      spikes: { temperature: { newest: START / HOUR_MS, values: [3, ...nothing.slice(1)] } },
    });
    expect(shown(observer)).toEqual({
      completeness: { received: 60, expected: 120, ratio: 0.5 },
      gaps: [{ from: START + MINUTE, to: START + 9 * MINUTE }, { from: START + HOUR_MS, to: now }], // prettier-ignore
      clock: { offsetMs: -1500, driftMsPerDay: null },
      battery: { percent: 78.5, percentPerDay: -1, daysLeft: 78.5 },
      stuck: [{ metric: 'temperature', value: 21, since: START, readings: 40 }],
      spikes: { temperature: 3 },
      frames: null,
    });
  });

  it('counts radio frames of the window only', () => {
    const observer = new DeviceObserver(memory(), START);
    observer.noteFrame(START, 40);
    for (let hour = 20; hour < 48; hour++) observer.noteFrame(START + hour * HOUR_MS, 1);
    expect(observer.frames(START + 48 * HOUR_MS - 1)).toEqual({ heard: 25, lost: 25 });
  });

  it('is nothing of the device that had its place before, nor of its neighbours', () => {
    const of = memory();
    const [first, neighbour] = [new DeviceObserver(of, START), new DeviceObserver(of, START)];
    const untouched = neighbour.state();
    observe(of, first, 100, lively);
    first.noteFrame(START, 3);
    first.forget();
    const second = new DeviceObserver(of, START);
    expect(second.state()).toEqual(untouched);
    observe(of, second, 100, lively);
    expect(neighbour.state()).toEqual(untouched);
  });
});

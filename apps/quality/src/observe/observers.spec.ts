import { describe, expect, it } from '@jest/globals';
import { Arrivals } from './arrivals.js';
import { BatteryObserver } from './battery-observer.js';
import { ClockObserver, slope } from './clock-observer.js';
import { MetricObserver } from './metric-observer.js';
import { DAY_MS, HOUR_MS, HourRing } from './window.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 25, 0);

describe('arrivals', () => {
  const every = (arrivals: Arrivals, from: number, to: number): void => {
    for (let time = from; time < to; time += MINUTE) arrivals.note(time, MINUTE);
  };

  it('counts readings of the last day against the interval', () => {
    const arrivals = Arrivals.since(START);
    every(arrivals, START, START + 2 * HOUR_MS);
    expect(arrivals.completeness(START + 2 * HOUR_MS, MINUTE)).toEqual({ received: 120, expected: 120, ratio: 1 });
    expect(arrivals.completeness(START + 4 * HOUR_MS, MINUTE)).toEqual({ received: 120, expected: 240, ratio: 0.5 });
    expect(arrivals.completeness(START + 30 * HOUR_MS, MINUTE)).toMatchObject({
      received: 0,
      expected: 1440,
      ratio: 0,
    });
  });

  it('is the share that came at every minute of an hour, also when days have passed', () => {
    const [sound, lossy] = [Arrivals.since(START), Arrivals.since(START)];
    const now = START + 3 * DAY_MS;
    for (let minute = 0; minute < 3 * 24 * 60; minute++) {
      sound.note(START + minute * MINUTE, MINUTE);
      if (minute % 25 !== 0) lossy.note(START + minute * MINUTE, MINUTE);
    }
    for (let minute = 0; minute < 60; minute++) {
      const at = now + minute * MINUTE;
      expect(sound.completeness(at, MINUTE)).toMatchObject({ received: 1440 + minute, ratio: 1 });
      expect(lossy.completeness(at, MINUTE).ratio).toBeCloseTo(0.96, 2);
      sound.note(at, MINUTE);
      if (minute % 25 !== 0) lossy.note(at, MINUTE);
    }
  });

  it('counts a whole day of a clock that is ahead too', () => {
    const arrivals = Arrivals.since(START);
    const now = START + 2 * DAY_MS - 2 * MINUTE;
    every(arrivals, START, now + 4 * MINUTE);
    expect(arrivals.completeness(now, MINUTE).ratio).toBe(1);
    expect(arrivals.completeness(now, MINUTE).received).toBeGreaterThan(24 * 60);
  });

  it('does not count what is older than the watching', () => {
    const arrivals = Arrivals.since(START + 20 * MINUTE);
    every(arrivals, START, START + 10 * MINUTE);
    every(arrivals, START + 20 * MINUTE, START + 30 * MINUTE);
    expect(arrivals.completeness(START + 30 * MINUTE, MINUTE)).toEqual({ received: 10, expected: 10, ratio: 1 });
  });

  it('is not misled by a clock that is behind', () => {
    const arrivals = Arrivals.since(START + 30 * MINUTE);
    every(arrivals, START + 28 * MINUTE, START + 38 * MINUTE);
    expect(arrivals.completeness(START + 40 * MINUTE, MINUTE).ratio).toBe(1);
  });

  it('finds gaps, the one that is still open included', () => {
    const arrivals = Arrivals.since(START);
    every(arrivals, START, START + HOUR_MS);
    every(arrivals, START + 2 * HOUR_MS, START + 3 * HOUR_MS);
    const last = START + 3 * HOUR_MS - MINUTE;
    expect(arrivals.gaps(last + MINUTE, MINUTE)).toEqual([{ from: START + HOUR_MS - MINUTE, to: START + 2 * HOUR_MS }]);
    expect(arrivals.gaps(last + 10 * MINUTE, MINUTE).at(-1)).toEqual({ from: last, to: last + 10 * MINUTE });
  });

  it('closes a gap with readings that come late', () => {
    const arrivals = Arrivals.since(START);
    every(arrivals, START, START + 10 * MINUTE);
    arrivals.note(START + 30 * MINUTE, MINUTE);
    arrivals.note(START + 20 * MINUTE, MINUTE);
    expect(arrivals.gaps(START + 31 * MINUTE, MINUTE)).toHaveLength(2);
    every(arrivals, START + 10 * MINUTE, START + 30 * MINUTE);
    expect(arrivals.gaps(START + 31 * MINUTE, MINUTE)).toEqual([]);
    expect(arrivals.completeness(START + 31 * MINUTE, MINUTE).ratio).toBe(1);
  });

  it('is the same after it was saved', () => {
    const arrivals = Arrivals.since(START);
    every(arrivals, START, START + HOUR_MS);
    arrivals.note(START + 2 * HOUR_MS, MINUTE);
    const again = Arrivals.since(0);
    again.load(JSON.parse(JSON.stringify(arrivals.state())) as ReturnType<Arrivals['state']>);
    const now = START + 3 * HOUR_MS;
    expect(again.gaps(now, MINUTE)).toEqual(arrivals.gaps(now, MINUTE));
    expect(again.completeness(now, MINUTE)).toEqual(arrivals.completeness(now, MINUTE));
  });
});

describe('a metric', () => {
  const metric = { name: 'temperature', min: -40, max: 85 };
  const lively = (index: number): number => 20 + 3 * Math.sin(index / 7) + 0.1 * (index % 5);

  it('that usually moves is stuck when it stops', () => {
    const observer = new MetricObserver(metric);
    for (let i = 0; i < 100; i++) observer.observe(lively(i), i * MINUTE);
    for (let i = 0; i < 8; i++) observer.observe(21.5, (100 + i) * MINUTE);
    expect(observer.stuck()).toBeNull();
    for (let i = 8; i < 20; i++) observer.observe(21.5, (100 + i) * MINUTE);
    expect(observer.stuck()).toEqual({ value: 21.5, since: 100 * MINUTE, readings: 20 });
    observer.observe(21.6, 121 * MINUTE);
    expect(observer.stuck()).toBeNull();
  });

  it('that usually stands still is not', () => {
    const observer = new MetricObserver(metric);
    for (let i = 0; i < 2_000; i++) observer.observe(20 + Math.floor(i / 40), i * MINUTE);
    for (let i = 0; i < 150; i++) observer.observe(50.5, (2_000 + i) * MINUTE);
    expect(observer.stuck()).toBeNull();
  });

  it.each([0, -40, 85])('at %p is at rest or at its end, not stuck', (value) => {
    const observer = new MetricObserver(metric);
    for (let i = 0; i < 100; i++) observer.observe(lively(i), i * MINUTE);
    for (let i = 0; i < 100; i++) observer.observe(value, (100 + i) * MINUTE);
    expect(observer.stuck()).toBeNull();
  });

  it('that jumps away and back has a spike; one that goes to another level has none', () => {
    const observer = new MetricObserver(metric);
    let spikes = 0;
    const see = (value: number): void => void (spikes += Number(observer.observe(value, 0)));
    for (let i = 0; i < 60; i++) see(lively(i));
    see(62);
    see(lively(61));
    expect(spikes).toBe(1);
    for (let i = 0; i < 20; i++) see(50 + 0.1 * i);
    expect(spikes).toBe(1);
  });
});

describe('clock', () => {
  it('is judged by the fastest message of an hour, not by delays', () => {
    const clock = new ClockObserver();
    for (let i = 0; i < 60; i++) clock.note(START + i * MINUTE, START + i * MINUTE - 2_000 - (i % 7) * 40_000);
    expect(clock.offset(START + HOUR_MS)).toEqual({ offsetMs: 2_000, driftMsPerDay: null });
  });

  it('that goes wrong steadily has a drift', () => {
    const clock = new ClockObserver();
    for (let hour = 0; hour < 12; hour++) clock.note(START + hour * HOUR_MS, START + hour * HOUR_MS - hour * 500);
    const found = clock.offset(START + 12 * HOUR_MS)!;
    expect(found.offsetMs).toBe(5_500);
    expect(found.driftMsPerDay).toBeCloseTo(12_000, 6);
  });

  it('slope is that of least squares', () => {
    expect(slope([[0, 1], [1, 3], [2, 5]])).toBe(2); // prettier-ignore
    expect(slope([[4, 7]])).toBe(0);
  });
});

describe('battery', () => {
  it('tells the days that are left once two have passed', () => {
    const battery = new BatteryObserver();
    for (let day = 0; day < 5; day++) battery.note(60 - 2 * day, day * DAY_MS);
    expect(battery.trend()).toEqual({ percent: 52, percentPerDay: -2, daysLeft: 26 });
  });

  it('starts over with a new battery', () => {
    const battery = new BatteryObserver();
    battery.note(12, 0);
    battery.note(8, 3 * DAY_MS);
    battery.note(100, 4 * DAY_MS);
    expect(battery.trend()).toEqual({ percent: 100, percentPerDay: null, daysLeft: null });
  });
});

describe('numbers of the last hours', () => {
  it('forgets what is older than a day, also after a long silence', () => {
    const ring = new HourRing(0);
    ring.update(10, (value) => value + 1);
    ring.update(35, (value) => value + 2);
    expect([...ring.entries(0)]).toEqual([[10, 1], [35, 2]]); // prettier-ignore
    ring.update(36, (value) => value + 3);
    expect([...ring.entries(0)]).toEqual([[35, 2], [36, 3]]); // prettier-ignore
    ring.update(10, (value) => value + 9);
    ring.update(1_000, (value) => value + 4);
    expect([...ring.entries(0)]).toEqual([[1_000, 4]]);
  });

  it('reads what a release saved that kept fewer of them', () => {
    const ring = new HourRing(0);
    ring.load({ newest: 50, values: Array.from({ length: 24 }, (_, index) => (index === 50 % 24 ? 5 : index === 49 % 24 ? 4 : null)) }); // prettier-ignore
    expect([...ring.entries(0)]).toEqual([[49, 4], [50, 5]]); // prettier-ignore
  });
});

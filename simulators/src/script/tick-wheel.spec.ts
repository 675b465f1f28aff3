import { TickWheel } from './tick-wheel.js';

function run(wheel: TickWheel, from: number, to: number, stepMs: number): Map<number, number[]> {
  const times = new Map<number, number[]>();
  for (let now = from; now <= to; now += stepMs)
    wheel.turn(
      () => now,
      (index) => {
        times.set(index, [...(times.get(index) ?? []), now]);
        return 'done';
      },
    );
  return times;
}

describe('the wheel of ticks', () => {
  it('visits each device once an interval, spread evenly', () => {
    const times = run(new TickWheel(new Array<number>(100).fill(10_000), 0), 0, 29_999, 100);
    expect(times.size).toBe(100);
    for (const [index, visits] of times)
      expect(visits).toEqual([index * 100, 10_000 + index * 100, 20_000 + index * 100]);
  });

  it('keeps devices with other intervals apart', () => {
    const times = run(new TickWheel([1_000, 5_000, 1_000], 0), 0, 9_999, 100);
    expect([...times].map(([index, visits]) => [index, visits.length])).toEqual(
      expect.arrayContaining([
        [0, 10],
        [1, 2],
        [2, 10],
      ]),
    );
  });

  it('leaves what is held to the next turn and counts what is late', () => {
    const wheel = new TickWheel([10_000, 10_000], 0);
    wheel.turn(
      () => 5_000,
      () => 'held',
    );
    const visited: number[] = [];
    const visit = (index: number): 'done' => {
      visited.push(index);
      return 'done';
    };
    wheel.turn(() => 6_500, visit);
    expect([visited, wheel.late, wheel.missed]).toEqual([[0, 1], 2, 0]);
  });

  it('lets devices miss the ticks of rounds that are over instead of sending them all at once', () => {
    const wheel = new TickWheel([1_000, 1_000], 0);
    const visited: number[] = [];
    wheel.turn(
      () => 10_250,
      (index) => {
        visited.push(index);
        return 'done';
      },
    );
    // 21 were due; those of the last second are made up for.
    expect([visited.length, wheel.missed]).toEqual([2, 19]);
  });

  it('ends a turn when its budget is used up, and goes on in the next', () => {
    const wheel = new TickWheel(new Array<number>(100).fill(100), 0);
    let now = 99;
    let visits = 0;
    const turn = (): void =>
      wheel.turn(
        () => now,
        () => {
          visits++;
          now += 0.5;
          return 'done';
        },
        10,
      );
    turn();
    expect(visits).toBeLessThan(25);
    turn();
    expect(visits).toBeGreaterThan(30);
  });
});

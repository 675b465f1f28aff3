import { compileValidator, findKind, kinds } from '#kinds';
import { CITY_MIX, LAMPPOST } from '../city-mix.js';
import { buildCity, type SimulatedDevice } from '../city.js';
import { CityScript, type Oddities } from '../script/city-script.js';
import { weatherAt } from '../weather.js';
import { findScenarios, SCENARIOS, type Scenario } from './index.js';
import { ScenarioRun } from './scenario-run.js';

const START = Date.parse('2026-08-20T20:00:00+08:00');
const NONE: Oddities = { badRate: 0, duplicateRate: 0, driftingShare: 0, faultsPerDay: 0 };
const STEPS = 40;
const CITY = buildCity(300, 'test');
const KINDS = [LAMPPOST.kind, ...CITY_MIX.map(({ kind }) => kind)];
const EACH = SCENARIOS.map((scenario) => [scenario.name, scenario] as const);
const HOUR = 3_600_000;

const run = (scenario: Scenario, seed = 'test'): ScenarioRun =>
  new ScenarioRun([scenario], { startAt: START, durationMs: null }, seed);
/** Everything strikes everybody at once: the most that can come together. */
const worst = (scenario: Scenario): Scenario => ({
  ...scenario,
  effects: scenario.effects.map(({ silent: _silent, stagger: _stagger, ...effect }) => ({ ...effect, share: 1 })),
});
const stepOf = ({ hours }: Scenario): number => (hours * HOUR) / STEPS;

function everyReading(scenario: Scenario, device: SimulatedDevice, seed: string): Record<string, unknown>[] {
  const script = new CityScript([device], { seed, oddities: NONE, scenarios: run(scenario, seed) });
  return Array.from({ length: STEPS + 5 }, (_, i) => script.next(0, START + i * stepOf(scenario))).flatMap((tick) =>
    tick === null ? [] : [tick.values],
  );
}

/** How many of the devices a scenario has a hand in, at each step of its course. */
function struckOverTime(scenario: Scenario): number[] {
  const course = run(scenario);
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const time = START + i * stepOf(scenario);
    return CITY.filter((device) => {
      const { silent, clockErrorMs, bend } = course.on(device, time);
      const probe = Object.fromEntries(findKind(device.kind)!.metrics.map(({ name, min }) => [name, min]));
      return silent || clockErrorMs !== 0 || JSON.stringify(bend(probe)) !== JSON.stringify(probe);
    }).length;
  });
}

describe.each(EACH)('the scenario %s', (_name, scenario) => {
  it('says in one line what it is', () => {
    expect(scenario.description).toMatch(/^[^\n]{20,120}$/);
    expect(scenario.hours).toBeGreaterThan(0);
  });

  it('has effects only on kinds and metrics that exist, and never on counters or what the platform derives', () => {
    for (const effect of scenario.effects) {
      const concerned = typeof effect.kinds === 'string' ? kinds : effect.kinds.map((name) => findKind(name)!);
      expect(concerned).not.toContain(undefined);
      for (const name of Object.keys(effect.values ?? {})) {
        const metrics = concerned.flatMap((kind) => kind.metrics.filter((metric) => metric.name === name));
        expect([effect.name, name, metrics.length > 0]).toEqual([effect.name, name, true]);
        expect(metrics.filter(({ cumulative, derived }) => cumulative || derived === true)).toEqual([]);
      }
    }
  });

  it.each(KINDS)('leaves the values of a %s within what the kind declares', (name) => {
    const kind = findKind(name)!;
    const validate = compileValidator(kind);
    const device = CITY.find((candidate) => candidate.kind === name)!;
    for (const [which, seed] of [
      [scenario, 'one'],
      [worst(scenario), 'one'],
      [worst(scenario), 'two'],
    ] as const) {
      for (const values of everyReading(which, device, seed))
        expect(validate(values, new Float64Array(kind.metrics.length), '')).toBeNull();
    }
  });

  it('begins and ends quietly and has its peak between', () => {
    const struck = struckOverTime(scenario);
    const weather = (i: number): string =>
      JSON.stringify(run(scenario).weather(weatherAt(START, 'test'), START + i * stepOf(scenario), CITY[0]!));
    const quiet = weather(-1);
    expect([struck[0], struck[STEPS]]).toEqual([0, 0]);
    expect(Math.max(...struck.slice(8, 32))).toBeGreaterThan(0);
    expect(weather(STEPS + 1)).toBe(quiet);
    if (scenario.weather !== undefined) expect(weather(STEPS / 2)).not.toBe(quiet);
  });

  it('strikes the same for the same seed', () => {
    const at = (seed: string): unknown =>
      CITY.map((device) => {
        const { silent, clockErrorMs } = run(scenario, seed).on(device, START + (scenario.hours * HOUR) / 2);
        return [device.id, silent, clockErrorMs];
      });
    expect(at('test')).toEqual(at('test'));
  });
});

describe('scenarios', () => {
  const on = (scenario: string, id: SimulatedDevice, progress: number) => {
    const [found] = findScenarios(scenario) as [Scenario];
    return run(found).on(id, START + progress * found.hours * HOUR);
  };

  it('are found by name, and a wrong name is answered with the right ones', () => {
    expect(findScenarios('rush-hour, typhoon').map(({ name }) => name)).toEqual(['typhoon', 'rush-hour']);
    expect(findScenarios('')).toEqual([]);
    expect(() => findScenarios('typhon,drought')).toThrow(/'typhon' \(did you mean 'typhoon'\?\), 'drought'.*blackout/);
  });

  it('lose the supply of a district as a whole', () => {
    const lost = CITY.filter(({ kind }) => kind === 'smart-lamppost').map((device) => {
      const { bend } = on('blackout', device, 0.45);
      return [device.district, bend({ mainsPresent: true })['mainsPresent'], device.tags['feeder']] as const;
    });
    const byDistrict = new Map<string, Set<unknown>>();
    for (const [district, mains, feeder] of lost) {
      // Of a district, or of a feeder: those of one feeder never differ.
      byDistrict.set(`${district}/${feeder}`, (byDistrict.get(`${district}/${feeder}`) ?? new Set()).add(mains));
    }
    expect([...byDistrict.values()].every((answers) => answers.size === 1)).toBe(true);
    expect(new Set(lost.map(([, mains]) => mains))).toEqual(new Set([true, false]));
  });

  it('silence those on the mains that cannot say that the supply is gone, with the others of their feeder', () => {
    const dark = new Set(
      CITY.filter(
        (device) =>
          device.kind === 'smart-lamppost' &&
          on('blackout', device, 0.45).bend({ mainsPresent: true })['mainsPresent'] === false,
      ).map(({ tags }) => tags['feeder']),
    );
    const controllers = CITY.filter(({ kind, tags }) => kind === 'lighting-controller' && dark.has(tags['feeder']));
    expect(controllers.length).toBeGreaterThan(0);
    expect(controllers.filter((device) => !on('blackout', device, 0.45).silent)).toEqual([]);
  });

  it('let clocks run beyond what the time policy takes, on some devices by more than a day', () => {
    const errors = CITY.map((device) => Math.abs(on('clock-drift', device, 0.55).clockErrorMs));
    expect(errors.filter((error) => error > 24 * HOUR).length).toBeGreaterThan(0);
    expect(errors.filter((error) => error > 0 && error < 120_000).length).toBeGreaterThan(50);
    expect(errors.filter((error) => error === 0).length).toBeGreaterThan(100);
  });

  it('let clocks err by whole milliseconds at every moment of their course', () => {
    const errors = [0.03, 0.123, 0.21, 0.97].flatMap((progress) =>
      CITY.map((device) => on('clock-drift', device, progress).clockErrorMs),
    );
    expect(errors.filter((error) => error !== 0).length).toBeGreaterThan(0);
    expect(errors.filter((error) => !Number.isInteger(error))).toEqual([]);
  });

  it('bring the typhoon past: pressure falls and comes back', () => {
    const [typhoon] = findScenarios('typhoon') as [Scenario];
    const calm = weatherAt(START, 'test');
    const pressure = [0, 0.25, 0.5, 0.75, 1].map(
      (progress) => run(typhoon).weather(calm, START + progress * typhoon.hours * HOUR, CITY[0]!).pressure,
    );
    expect(pressure[2]).toBeLessThan(calm.pressure - 40);
    expect(pressure[1]).toBeGreaterThan(pressure[2]!);
    expect(pressure[3]).toBeGreaterThan(pressure[2]!);
    expect([pressure[0], pressure[4]]).toEqual([calm.pressure, calm.pressure]);
  });
});

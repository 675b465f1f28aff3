import { admissibleKinds, compileValidator, deviceKinds, findKind } from '#kinds';
import { buildCity, type SimulatedDevice } from '../city.js';
import { faultsOf } from '../faults.js';
import { CityScript, type Oddities } from './city-script.js';
import { nativePayloads } from './native-payload.js';

const START = Date.parse('2026-06-01T08:00:00+08:00');
const NONE: Oddities = { badRate: 0, duplicateRate: 0, driftingShare: 0, faultsPerDay: 0 };
const CITY = buildCity(24, 'test');
const [LAMPPOST] = CITY as [SimulatedDevice];
const ONE_OF_EACH_KIND = admissibleKinds(deviceKinds, new Map()).map(({ name }) =>
  buildCity(100, 'test').find(({ kind }) => kind === name)!,
);
const EACH_FAULT = deviceKinds.flatMap(({ name }) =>
  faultsOf(name).flatMap((fault) => (fault.values === undefined ? [] : [[name, fault.name, fault.values] as const])),
);

interface Sent {
  readonly ts: number;
  readonly seq: number;
  readonly boot: string;
  readonly values: Record<string, unknown>;
}

/** What was published at a tick; a silent one has no reading. */
interface Said {
  readonly reading: string | null;
  readonly payloads: readonly string[];
}

function ticks(device: SimulatedDevice, oddities: Oddities, count: number, { seed = 'test', boot = 'b' } = {}): Said[] {
  const script = new CityScript([device], { seed, oddities, scenarios: null });
  return Array.from({ length: count }, (_, i) => {
    const tick = script.next(0, START + i * 60_000);
    return tick === null ? { reading: null, payloads: [] } : nativePayloads(tick, boot, script.randomOf(0));
  });
}

const sent = (list: readonly Said[]): Sent[] =>
  list.flatMap(({ reading }) => (reading === null ? [] : [JSON.parse(reading) as Sent]));

describe('the script of a device', () => {
  it('says the same for the same seed, and something else for another seed or device', () => {
    const full: Oddities = { badRate: 0.1, duplicateRate: 0.1, driftingShare: 0.5, faultsPerDay: 20 };
    const run = (device: SimulatedDevice, seed: string) => ticks(device, full, 500, { seed });
    expect(run(LAMPPOST, 'test')).toEqual(run(LAMPPOST, 'test'));
    expect(run(LAMPPOST, 'test')).not.toEqual(run(LAMPPOST, 'other'));
    expect(run(LAMPPOST, 'test')).not.toEqual(
      run(
        CITY.find(({ kind, id }) => kind === 'smart-lamppost' && id !== LAMPPOST.id)!,
        'test',
      ),
    );
  });

  it.each(ONE_OF_EACH_KIND.map((device) => [device.kind, device] as const))(
    'of a %s sends readings that the kind takes, one a tick',
    (_id, device) => {
      const kind = findKind(device.kind)!;
      const validate = compileValidator(kind);
      const readings = sent(ticks(device, NONE, 200));
      expect(readings.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, i) => i));
      for (const { values } of readings) expect(validate(values, new Float64Array(kind.metrics.length), '')).toBeNull();
    },
  );

  it.each(EACH_FAULT)('of a %s can go through %s with values that the kind takes', (name, _fault, values) => {
    const kind = findKind(name)!;
    expect(compileValidator(kind)(values, new Float64Array(kind.metrics.length), '')).toBeNull();
  });

  it('sends bad payloads and duplicates at the rates that are asked for', () => {
    const list = ticks(LAMPPOST, { ...NONE, badRate: 0.1, duplicateRate: 0.2 }, 3000);
    const bad = list.filter(({ payloads, reading }) => payloads[0] !== reading).length;
    const twice = list.filter(({ payloads }) => payloads.length === 2 && payloads[0] === payloads[1]).length;
    expect(bad / 3000).toBeGreaterThan(0.08);
    expect(bad / 3000).toBeLessThan(0.12);
    expect(twice / 3000).toBeGreaterThan(0.15);
    expect(twice / 3000).toBeLessThan(0.21);
  });

  it('never lets a bad payload pass as a sound reading', () => {
    const kind = findKind(LAMPPOST.kind)!;
    const validate = compileValidator(kind);
    for (const { payloads } of ticks(LAMPPOST, { ...NONE, badRate: 1 }, 300)) {
      let parsed: Sent;
      try {
        parsed = JSON.parse(payloads[0]!) as Sent;
      } catch {
        continue;
      }
      const wrongTime = Math.abs(parsed.ts - START) > 86_000_000;
      expect(wrongTime || validate(parsed.values, new Float64Array(kind.metrics.length), '') !== null).toBe(true);
    }
  });

  it('goes through episodes: smoke, silence, restart with a new boot and sequence', () => {
    const list = ticks(LAMPPOST, { ...NONE, faultsPerDay: 240 }, 4_000);
    const readings = sent(list);
    expect(list.some(({ reading }) => reading === null)).toBe(true);
    expect(readings.some(({ values }) => values['pm25'] === 118.4)).toBe(true);
    expect(readings.some(({ values }) => values['doorOpen'] === true)).toBe(true);
    const boots = [...new Set(readings.map(({ boot }) => boot))];
    expect(boots.length).toBeGreaterThan(1);
    for (const boot of boots) {
      const sequence = readings.filter((reading) => reading.boot === boot).map(({ seq }) => seq);
      expect(sequence).toEqual(sequence.map((_, i) => i));
    }
  });

  it('drifts on a few devices only, and never beyond two minutes', () => {
    const city = buildCity(300, 'test');
    const errors = city.map((device) => sent(ticks(device, { ...NONE, driftingShare: 0.05 }, 1))[0]!.ts - START);
    const drifting = errors.filter((error) => error !== 0).length;
    expect(drifting).toBeGreaterThan(4);
    expect(drifting).toBeLessThan(30);
    expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(120_000);
  });

  it('says the same of a device whoever else is in the city', () => {
    const script = new CityScript(CITY, { seed: 'test', oddities: NONE, scenarios: null });
    const alone = sent(ticks(CITY[7]!, NONE, 50));
    const among = Array.from({ length: 50 }, (_, i) => {
      const all = CITY.map((_device, index) => script.next(index, START + i * 60_000)!);
      return all[7]!.values;
    });
    expect(among).toEqual(alone.map(({ values }) => values));
  });

  it('needs a few hundred bytes for a device', () => {
    const city = buildCity(20_000, 'test');
    const script = new CityScript(city, { seed: 'test', oddities: NONE, scenarios: null });
    for (const time of [START, START + 60_000]) for (const index of city.keys()) script.next(index, time);
    expect(script.bytes / city.length).toBeLessThan(400);
  });
});

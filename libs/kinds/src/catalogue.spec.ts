import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { findKind, indexKinds, kindOfModule, kinds } from './catalogue.js';
import { compileValidator } from './compile-validator.js';
import { findDepartment } from './departments.js';
import { describeKind } from './describe-kind.js';
import { jsonSchemaOf } from './json-schema.js';
import { SEVERITIES, type Kind, type Titles } from './kind.js';
import { lpwanNode } from './lpwan-node.kind.js';
import { simulationContext } from './simulation-context.fixture.js';

const FIXTURES = new URL('../fixtures/', import.meta.url);

/** Titles that are the same in both scripts because they hold no character that differs, or no Chinese at all. */
const SAME_IN_BOTH_SCRIPTS = new Set(['PM2.5', 'PM10']);

interface Fixture {
  readonly values: Readonly<Record<string, number>>;
  readonly rejections: readonly { readonly code: string; readonly pointer: string }[];
}

const each = kinds.map((kind) => [kind.name, kind] as const);
const eachMetric = kinds.flatMap((kind) =>
  kind.metrics.map((metric) => [`${kind.name} ${metric.name}`, metric] as const),
);
const eachAlarm = kinds.flatMap((kind) => kind.alarms.map((alarm) => [alarm.id, kind, alarm] as const));
const eachFixture = kinds.flatMap((kind) => casesOf(kind).map((name) => [kind.name, name, kind] as const));
const eachTitle = kinds.flatMap((kind) => titlesOf(kind));

const ajv = new Ajv2020({
  strict: true,
  strictTypes: false,
  formats: { 'date-time': true },
  keywords: ['x-unit', 'x-quantity'],
});

describe('the catalogue', () => {
  it('finds every kind by its file', () => {
    const files = readdirSync(new URL('./', import.meta.url)).filter((file) => file.endsWith('.kind.ts'));
    expect(kinds.map((kind) => `${kind.name}.kind.ts`)).toEqual(files.sort());
    expect(kinds.map((kind) => kind.name)).toEqual(
      expect.arrayContaining(['lpwan-node', 'rodent-camera', 'smart-lamppost', 'smart-toilet']),
    );
    expect(findKind('lpwan-node')).toBe(lpwanNode);
    expect(findKind('__proto__')).toBeUndefined();
  });

  it('refuses two kinds of one name', () => {
    expect(() => indexKinds([lpwanNode, { ...lpwanNode }])).toThrow("Two kinds are named 'lpwan-node'");
  });

  it('refuses a file without its kind', () => {
    expect(() => kindOfModule('a.kind.ts', { helper: 1 })).toThrow('must export one kind');
    expect(() => kindOfModule('a.kind.js', { lpwanNode })).toThrow("exports the kind 'lpwan-node'");
  });
});

describe.each(each)('kind %s', (_name, kind) => {
  it('belongs to a known department and has alarms of its own, among them one for absence', () => {
    expect(findDepartment(kind.department)?.id).toBe(kind.department);
    // Who is silent is told by the kind of the device, not by what goes along with it.
    expect(kind.alarms.filter((alarm) => alarm.type === 'absence')).toHaveLength(kind.companion === true ? 0 : 1);
    expect(kind.alarms.every((alarm) => alarm.id.startsWith(`${kind.name}-`))).toBe(true);
  });

  // One assertion for many readings: an assertion each would be most of the time of this file.
  it('simulates readings that its own validator takes', () => {
    const readings = Array.from({ length: 500 }, (_, seed) => kind.simulate(simulationContext(seed)));
    expect(refusalsOf(kind, readings)).toEqual([]);
  });

  it('simulates the same from the same seed, over a week of readings', () => {
    const week = (seed: number): Record<string, unknown>[] => {
      const context = simulationContext(seed);
      return Array.from({ length: 336 }, (_, i) => kind.simulate(context.at(i * 1_800_000)));
    };
    const seventh = JSON.stringify(week(7));
    expect(JSON.stringify(week(7)) === seventh).toBe(true);
    expect(JSON.stringify(week(8)) === seventh).toBe(false);
    expect(refusalsOf(kind, week(9))).toEqual([]);
  });

  it('simulates every metric that a device may send', () => {
    const seen = new Set(
      Array.from({ length: 500 }, (_, seed) => Object.keys(kind.simulate(simulationContext(seed)))).flat(),
    );
    expect([...seen].sort()).toEqual(
      kind.metrics
        .filter((metric) => metric.derived !== true)
        .map((metric) => metric.name)
        .sort(),
    );
  });

  it('is plain JSON when described', () => {
    const description = describeKind(kind);
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect(description).toMatchObject({ name: kind.name, metrics: kind.metrics });
  });

  it('has a JSON Schema that takes what is simulated and refuses strangers', () => {
    const check = ajv.compile(jsonSchemaOf(kind));
    const reading = { ts: 1_795_217_632_573, seq: 1, values: kind.simulate(simulationContext(1)) };
    expect(check(reading)).toBe(true);
    expect(check([reading, reading])).toBe(true);
    expect(check({ ...reading, values: { ...reading.values, stranger: 1 } })).toBe(false);
    expect(check({ ...reading, values: {} })).toBe(false);
  });
});

it.each(eachTitle)('%s has a title in three languages', (_name, titles) => {
  for (const language of ['en', 'zh-Hant', 'zh-Hans'] as const) expect(titles[language]).toMatch(/^\S.*\S$|^\S$/);
  expect(titles.en).toMatch(/^[\x20-\x7e]+$/);
  if (!SAME_IN_BOTH_SCRIPTS.has(titles.en)) {
    expect(titles['zh-Hant']).toMatch(/\p{Script=Han}/u);
    expect(titles['zh-Hans']).toMatch(/\p{Script=Han}/u);
  }
});

it.each(eachTitle)('%s is written in the right script', (_name, titles) => {
  expect(titles['zh-Hant']).not.toMatch(SIMPLIFIED_ONLY);
  expect(titles['zh-Hans']).not.toMatch(TRADITIONAL_ONLY);
});

it.each(eachMetric)(
  '%s has a range, a definition, a retention and a purpose where people are concerned',
  (_name, metric) => {
    expect(metric.min).toBeLessThan(metric.max);
    expect(metric.definition).toMatch(/^https?:\/\/\S+$/);
    expect(metric.retentionDays).toBeGreaterThan(0);
    if (metric.privacy !== 'none') {
      expect(metric.purpose?.en).toMatch(/\.$/);
      expect(metric.retentionDays).toBeLessThanOrEqual(3653);
    }
    if (metric.type === 'enum') expect(metric.labelTitles).toHaveLength(metric.labels!.length);
  },
);

it.each(eachMetric)('%s means what the name means in every other kind', (_name, { name, quantity, unit, type }) => {
  for (const other of kinds.flatMap((kind) => kind.metrics.filter((metric) => metric.name === name))) {
    expect({ quantity: other.quantity, unit: other.unit, type: other.type }).toEqual({ quantity, unit, type });
  }
});

it.each(eachAlarm)('alarm %s can be raised and cleared', (_id, kind, alarm) => {
  expect(SEVERITIES).toContain(alarm.severity);
  if (alarm.type === 'absence') {
    expect(alarm.intervals).toBeGreaterThanOrEqual(2);
    return;
  }
  const metric = kind.metrics.find(({ name }) => name === alarm.metric)!;
  expect(alarm.limit).toBeGreaterThan(metric.min);
  expect(alarm.limit).toBeLessThan(metric.max);
  const clearsAt = alarm.when === 'above' ? alarm.limit - alarm.hysteresis : alarm.limit + alarm.hysteresis;
  expect(alarm.hysteresis).toBeGreaterThanOrEqual(0);
  expect(clearsAt).toBeGreaterThanOrEqual(metric.min);
  expect(clearsAt).toBeLessThanOrEqual(metric.max);
});

it.each(each)('%s has fixtures', (_name, kind) => {
  expect(casesOf(kind).length).toBeGreaterThanOrEqual(2);
});

it.each(eachFixture)('fixture %s/%s', (kindName, caseName, kind) => {
  const payload = JSON.parse(readFileSync(new URL(`${kindName}/${caseName}/payload.json`, FIXTURES), 'utf8')) as {
    values: Record<string, unknown>;
  };
  const expected = JSON.parse(
    readFileSync(new URL(`${kindName}/${caseName}/expected.json`, FIXTURES), 'utf8'),
  ) as Fixture;
  const out = new Float64Array(kind.metrics.length);
  const rejections = compileValidator(kind)(payload.values, out, '') ?? [];
  const values = Object.fromEntries(
    kind.metrics.flatMap((metric, i) => (Number.isNaN(out[i]!) ? [] : [[metric.name, out[i]!]])),
  );
  expect({ values, rejections: rejections.map(({ code, pointer }) => ({ code, pointer })) }).toEqual(expected);
});

/** What the validator refuses in the readings; a reading without a single value is refused too. */
function refusalsOf(kind: Kind, readings: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  const validate = compileValidator(kind);
  const out = new Float64Array(kind.metrics.length);
  return readings.flatMap((values) => {
    const refused = validate(values, out, '');
    if (refused !== null) return [...refused];
    return out.some((value) => !Number.isNaN(value)) ? [] : [{ code: 'no-values' }];
  });
}

function casesOf(kind: Kind): string[] {
  return readdirSync(new URL(`${kind.name}/`, FIXTURES)).sort();
}

function titlesOf(kind: Kind): (readonly [string, Titles])[] {
  return [
    [`kind ${kind.name}`, kind.titles],
    [`description of ${kind.name}`, kind.description],
    ...kind.metrics.flatMap((metric): (readonly [string, Titles])[] => [
      [`metric ${kind.name} ${metric.name}`, metric.titles],
      ...(metric.purpose === undefined ? [] : [[`purpose of ${kind.name} ${metric.name}`, metric.purpose] as const]),
      ...(metric.labelTitles ?? []).map((title, i) => [`label ${kind.name} ${metric.name} ${i}`, title] as const),
    ]),
    ...kind.alarms.flatMap((alarm): (readonly [string, Titles])[] => [
      [`alarm ${alarm.id}`, alarm.titles],
      [`advice of ${alarm.id}`, alarm.advice],
    ]),
  ];
}

/** Frequent characters that differ, simplified then traditional; a title in the wrong script nearly always holds one. */
const SCRIPT_PAIRS =
  '气氣电電压壓风風灯燈监監测測报報队隊满滿传傳边邊计計划劃设設备備图圖护護环環厕廁纸紙湿濕数數据據声聲险險级級严嚴见見规規转轉发發务務阳陽显顯车車双雙门門开開关關线線网網络絡们們时時间間热熱红紅过過来來员員换換补補无無损損坏壞误誤连連动動态態变變质質号號码碼区區总總没沒别別驶駛维維处處检檢统統应應铁鐵钟鐘';
const differing = [...SCRIPT_PAIRS].filter((character, i, all) => character !== all[i ^ 1]);
const scriptOf = (parity: 0 | 1): RegExp =>
  new RegExp(`[${differing.filter((_, i) => i % 2 === parity).join('')}]`, 'u');
const SIMPLIFIED_ONLY = scriptOf(0);
const TRADITIONAL_ONLY = scriptOf(1);

import { readdirSync, readFileSync } from 'node:fs';
import {
  aqhi,
  aqhiCategory,
  aqhiLabel,
  aqhiVersionAt,
  AQHI_POLLUTANTS,
  AQHI_VERSIONS,
  type HourlyMeans,
} from './aqhi.js';

const FIXTURES = new URL('../fixtures/hk-epd-2017/', import.meta.url);
const [FIRST, SECOND] = AQHI_VERSIONS as [(typeof AQHI_VERSIONS)[number], (typeof AQHI_VERSIONS)[number]];
const CLEAN: HourlyMeans = { no2: 20, so2: 5, o3: 40, pm10: 20, pm25: 12 };

describe('Air Quality Health Index', () => {
  it('adds the risk of the gases and the larger of the two particle risks', () => {
    const index = aqhi([CLEAN, CLEAN, CLEAN], FIRST)!;
    const risk = (beta: number, c: number): number => (Math.exp(beta * c) - 1) * 100;
    expect(index.percentAddedRisk).toBeCloseTo(
      risk(0.0004462559, 20) + risk(0.0001393235, 5) + risk(0.0005116328, 40) + risk(0.0002821751, 20),
      10,
    );
    expect(index).toMatchObject({ band: 2, label: '2', category: 'low' });
  });

  it('works on the mean of three hours', () => {
    const hours = [20, 60, 100].map((o3) => ({ ...CLEAN, o3 }));
    expect(aqhi(hours, FIRST)!.percentAddedRisk).toBeCloseTo(
      aqhi(
        [60, 60, 60].map((o3) => ({ ...CLEAN, o3 })),
        FIRST,
      )!.percentAddedRisk,
      10,
    );
  });

  it.each(AQHI_POLLUTANTS)('says nothing when %s is missing in one hour', (pollutant) => {
    const { [pollutant]: _missing, ...rest } = CLEAN;
    expect(aqhi([CLEAN, rest, CLEAN], FIRST)).toBeNull();
    expect(aqhi([CLEAN, CLEAN, { ...CLEAN, [pollutant]: NaN }], FIRST)).toBeNull();
  });

  it('says nothing with fewer or more than three hours', () => {
    expect(aqhi([CLEAN, CLEAN], FIRST)).toBeNull();
    expect(aqhi([CLEAN, CLEAN, CLEAN, CLEAN], FIRST)).toBeNull();
  });

  it.each(AQHI_VERSIONS)('of $validFrom puts each limit in the band below it', ({ beta, upperLimits, ...version }) => {
    expect(upperLimits).toHaveLength(10);
    // Ozone alone: the concentration that gives exactly the limit, a little less and a little more.
    const atRisk = (percent: number): number => {
      const o3 = Math.log(1 + percent / 100) / beta.o3;
      return aqhi(
        [1, 2, 3].map(() => ({ no2: 0, so2: 0, pm10: 0, pm25: 0, o3 })),
        { beta, upperLimits, ...version },
      )!.band;
    };
    expect(upperLimits.map((limit) => atRisk(limit - 0.001))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(upperLimits.map((limit) => atRisk(limit + 0.001))).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('names bands and categories', () => {
    expect([1, 3, 4, 6, 7, 8, 10, 11].map(aqhiCategory)).toEqual([
      'low',
      'low',
      'moderate',
      'moderate',
      'high',
      'very-high',
      'very-high',
      'serious',
    ]);
    expect([1, 10, 11].map(aqhiLabel)).toEqual(['1', '10', '10+']);
  });

  it('takes the version of the day in Hong Kong', () => {
    expect(aqhiVersionAt(Date.parse('2013-12-29T23:59:59+08:00'))).toBeNull();
    expect(aqhiVersionAt(Date.parse('2013-12-30T00:00:00+08:00'))).toBe(FIRST);
    expect(aqhiVersionAt(Date.parse('2025-03-21T23:59:59+08:00'))).toBe(FIRST);
    expect(aqhiVersionAt(Date.parse('2025-03-22T00:00:00+08:00'))).toBe(SECOND);
  });

  it('gives the published value of Tung Chung in 2017 for at least 98 % of the hours that have all inputs', () => {
    const hours = pollutants();
    const official = officialIndex('Tung Chung');
    let [compared, equal] = [0, 0];
    for (const [hour, label] of official) {
      const index = aqhi([hours.get(hour - 2) ?? {}, hours.get(hour - 1) ?? {}, hours.get(hour) ?? {}], FIRST);
      if (index === null || label.endsWith('*') || label === '') continue;
      compared++;
      if (index.label === label) equal++;
    }
    expect(compared).toBeGreaterThan(7000);
    expect(equal / compared).toBeGreaterThanOrEqual(0.98);
  });
});

/** Hours are counted from 1970 in Hong Kong time; hour 01 of a day is its first, hour 24 its last. */
function hourNumber(isoDate: string, hour: string): number {
  return Date.parse(`${isoDate}T00:00:00Z`) / 3_600_000 + Number(hour);
}

function lines(file: string): string[][] {
  return readFileSync(new URL(file, FIXTURES), 'utf8')
    .split(/\r?\n/)
    .map((line) => line.split(','));
}

function pollutants(): Map<number, HourlyMeans> {
  const columns = { pm25: 4, no2: 5, o3: 7, pm10: 8, so2: 9 };
  const hours = new Map<number, HourlyMeans>();
  for (const cells of lines('tc-air_hourly2017.csv')) {
    const date = /^(\d+)\/(\d+)\/(\d+)$/.exec(cells[0] ?? '');
    if (date === null) continue;
    const iso = `${date[3]!}-${date[2]!.padStart(2, '0')}-${date[1]!.padStart(2, '0')}`;
    const means = Object.entries(columns).map(([name, column]) => [name, Number.parseFloat(cells[column]!)]);
    hours.set(hourNumber(iso, cells[1]!), Object.fromEntries(means) as HourlyMeans);
  }
  return hours;
}

function officialIndex(station: string): Map<number, string> {
  const labels = new Map<number, string>();
  for (const file of readdirSync(FIXTURES).filter((name) => /^2017\d\d_Eng\.csv$/.test(name))) {
    let [column, date] = [-1, ''];
    for (const cells of lines(file)) {
      if (cells[0] === 'Date') column = cells.indexOf(station);
      if (/^\d{4}-\d\d-\d\d$/.test(cells[0]!)) date = cells[0]!;
      if (column > 0 && /^\d\d$/.test(cells[1] ?? '')) labels.set(hourNumber(date, cells[1]!), cells[column]!.trim());
    }
  }
  return labels;
}

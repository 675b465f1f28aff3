import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { aqhiLabel, HOUR_MS } from '#kinds';
import { IngestRig } from '../testing/ingest-rig.js';
import { DERIVE_CONSUMER } from './derive.js';

/** The official record of the Environmental Protection Department; its README names the source. */
const RECORD = new URL('../../../../libs/kinds/fixtures/hk-epd-2017/', import.meta.url);
const POLLUTANT_COLUMNS = { pm25: 4, no2: 5, o3: 7, pm10: 8, so2: 9 };
const STATION = 'TC2017';
const CLEAN = { no2: 20, so2: 5, o3: 40, pm10: 20, pm25: 12 };

describe('derived AQHI', () => {
  let rig: IngestRig;
  afterEach(() => rig.close());

  it('gives the official value of Tung Chung for at least 98 % of the hours of 2017 that have all inputs', async () => {
    rig = await IngestRig.open({ maxAgeMs: 100 * 365 * 86_400_000 });
    await rig.register(STATION);
    await rig.start();
    const readings = hourlyReadings();
    const messages = Array.from({ length: Math.ceil(readings.length / 500) }, (_, i) =>
      readings.slice(i * 500, (i + 1) * 500),
    );
    await rig.publish(STATION, ...messages);
    const derived = await derivedOf(rig, STATION);

    let [compared, equal] = [0, 0];
    for (const [end, label] of officialIndex('Tung Chung')) {
      const band = derived.get(end);
      if (band === undefined || label === '' || label.endsWith('*')) continue;
      compared++;
      if (aqhiLabel(band) === label) equal++;
    }
    expect(compared).toBeGreaterThan(7_000);
    expect(equal / compared).toBeGreaterThanOrEqual(0.98);
  }, 300_000);

  it('is computed again when late readings of the hour arrive, and goes to the feed', async () => {
    rig = await IngestRig.open();
    await rig.register('GF3637');
    await rig.start();
    const hour = Math.floor(Date.now() / HOUR_MS) - 10;
    const at = (h: number, minute: number, values: object): object => ({ ts: h * HOUR_MS + minute * 60_000, values });
    await rig.publish('GF3637', at(hour, 5, CLEAN), at(hour + 1, 5, CLEAN), at(hour + 2, 5, CLEAN));
    expect(await derivedOf(rig, 'GF3637')).toEqual(new Map([[(hour + 3) * HOUR_MS, 2]]));
    // The mean of ozone in the first hour becomes 520 ug/m3, that of the three hours 200: 11.8 % added risk, band 7.
    await rig.publish('GF3637', at(hour, 6, { o3: 1_000 }), at(hour + 3, 5, CLEAN));
    expect(await derivedOf(rig, 'GF3637')).toEqual(new Map([[(hour + 3) * HOUR_MS, 7], [(hour + 4) * HOUR_MS, 2]])); // prettier-ignore
    const { records } = await (await rig.feed.tail('oldest')).read({ maxMessages: 100, waitMs: 1_000 });
    expect(records.length).toBeGreaterThanOrEqual(3);
    await rig.stop();
    expect((await rig.feed.consumer(DERIVE_CONSUMER)).backlog()).toBe(0);
  });

  it('computes after a restart what was accepted before it', async () => {
    rig = await IngestRig.open();
    await rig.register('GF3637');
    await rig.start();
    await rig.publish('GF3637', { values: { temperature: 20 } });
    await rig.drained();
    await rig.stop();
    // The readings are stored and in the feed, as after a crash before they were derived.
    const hour = Math.floor(Date.now() / HOUR_MS) - 10;
    await rig.publish('GF3637', ...[0, 1, 2].map((h) => ({ ts: (hour + h) * HOUR_MS, values: CLEAN })));
    await rig.start();
    expect(await derivedOf(rig, 'GF3637')).toEqual(new Map([[(hour + 3) * HOUR_MS, 2]]));
  });
});

/** Derived values by end of hour, once everything accepted has been looked at. */
async function derivedOf(rig: IngestRig, device: string): Promise<Map<number, number>> {
  await rig.derived();
  const page = await rig.store.history({
    kind: 'smart-lamppost',
    devices: [device],
    metrics: ['aqhi'],
    from: 0,
    to: 8e15,
    limit: 100_000,
  });
  return new Map(page.values.map(({ time, value }) => [time, value]));
}

/** One reading an hour, in the middle of the hour that it is the mean of. */
function hourlyReadings(): object[] {
  return lines('tc-air_hourly2017.csv').flatMap((cells) => {
    const date = /^(\d+)\/(\d+)\/(\d+)$/.exec(cells[0] ?? '');
    if (date === null) return [];
    const end = endOfHour(`${date[3]!}-${date[2]!.padStart(2, '0')}-${date[1]!.padStart(2, '0')}`, cells[1]!);
    const values = Object.entries(POLLUTANT_COLUMNS)
      .map(([metric, column]) => [metric, Number.parseFloat(cells[column]!)] as const)
      .filter(([, value]) => !Number.isNaN(value));
    return values.length === 0 ? [] : [{ ts: end - HOUR_MS / 2, values: Object.fromEntries(values) }];
  });
}

function officialIndex(station: string): Map<number, string> {
  const labels = new Map<number, string>();
  for (const file of readdirSync(RECORD).filter((name) => /^2017\d\d_Eng\.csv$/.test(name))) {
    let [column, date] = [-1, ''];
    for (const cells of lines(file)) {
      if (cells[0] === 'Date') column = cells.indexOf(station);
      if (/^\d{4}-\d\d-\d\d$/.test(cells[0]!)) date = cells[0]!;
      if (column > 0 && /^\d\d$/.test(cells[1] ?? '')) labels.set(endOfHour(date, cells[1]!), cells[column]!.trim());
    }
  }
  return labels;
}

/** 'Hour 14' of a day ends at 14:00 in Hong Kong. */
function endOfHour(isoDate: string, hour: string): number {
  return Date.parse(`${isoDate}T00:00:00+08:00`) + Number(hour) * HOUR_MS;
}

function lines(file: string): string[][] {
  return readFileSync(new URL(file, RECORD), 'utf8')
    .split(/\r?\n/)
    .map((line) => line.split(','));
}

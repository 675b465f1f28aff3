import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { csvCells } from './csv.js';
import { readEpdHourlyCsv, readNativeCsv, type RecordedReading } from './recorded-csv.js';

const EPD_FILE = new URL('../../libs/kinds/fixtures/hk-epd-2017/tc-air_hourly2017.csv', import.meta.url);

async function* linesOf(text: string): AsyncGenerator<string> {
  for (const line of text.split('\n')) yield line;
}

async function all(readings: AsyncIterable<RecordedReading>): Promise<RecordedReading[]> {
  const list: RecordedReading[] = [];
  for await (const reading of readings) list.push(reading);
  return list;
}

describe('csvCells', () => {
  it('reads what RFC 4180 writes', () => {
    const cell = fc.string().filter((text) => !/[\r\n]/.test(text));
    const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
        expect(csvCells(cells.map(quoted).join(','))).toEqual(cells);
      }),
    );
  });

  it('refuses an open quote', () => {
    expect(() => csvCells('a,"b')).toThrow('a quote is not closed');
  });
});

describe('native recording', () => {
  it('reads times, numbers, truth values and labels', async () => {
    const text =
      '\uFEFFtime,device,temperature,doorOpen,equipment\n2026-06-01T00:00:00+08:00,GF3637,27.4,false,\n\n1780243260000,"T,1",,,ok';
    expect(await all(readNativeCsv(linesOf(text)))).toEqual([
      { time: Date.UTC(2026, 4, 31, 16), device: 'GF3637', values: { temperature: 27.4, doorOpen: false } },
      { time: 1780243260000, device: 'T,1', values: { equipment: 'ok' } },
    ]);
  });

  it.each([
    ['no device column', 'time,temperature', 'line 1: the header needs the columns time and device'],
    ['a time without an offset', 'time,device\n2026-06-01T00:00:00,a', 'line 2: time must be ISO 8601 with an offset'],
    ['a missing cell', 'time,device,x\n1,a', 'line 2: 2 cells under 3 columns'],
    ['no device', 'time,device\n1,', 'line 2: there is no device'],
  ])('refuses %s', async (_name, text, message) => {
    await expect(all(readNativeCsv(linesOf(text)))).rejects.toThrow(message);
  });
});

describe('hourly record of the Environmental Protection Department', () => {
  it('reads the year 2017 of Tung Chung', async () => {
    const lines = createInterface({ input: createReadStream(EPD_FILE, 'utf8') });
    const readings = await all(readEpdHourlyCsv(lines, 'TC'));
    expect(readings[0]).toEqual({
      time: Date.parse('2017-01-01T00:00:00+08:00'),
      device: 'TC',
      values: { co: 610, pm25: 9, no2: 21, o3: 72, pm10: 30, so2: 8 },
    });
    expect(readings[3]).toEqual({
      time: Date.parse('2017-01-01T03:00:00+08:00'),
      device: 'TC',
      values: { pm25: 23, pm10: 24 },
    });
    expect(readings.length).toBeGreaterThan(8000);
    expect(readings.every((reading, i) => i === 0 || reading.time > readings[i - 1]!.time)).toBe(true);
    // The file ends with the first day of 2018.
    expect(readings.at(-1)!.time).toBe(Date.parse('2018-01-01T23:00:00+08:00'));
  });

  it.each([
    ['a file without the header', 'a,b\n1,2', 'no header'],
    ['hour 25', 'DATE,HOUR,STATION,CO\n1/1/2017,25,X,1', 'line 2: expected d/m/yyyy'],
  ])('refuses %s', async (_name, text, message) => {
    await expect(all(readEpdHourlyCsv(linesOf(text), 'TC'))).rejects.toThrow(message);
  });
});

import { csvCells } from './csv.js';

/** One row of a recording. */
export interface RecordedReading {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly device: string;
  readonly values: Readonly<Record<string, number | boolean | string>>;
}

/** A line that cannot be replayed. The recording is at fault, so the replay stops and says where. */
export class RecordingError extends Error {
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'RecordingError';
  }
}

/**
 * Reads the native recording:
 *
 *     time,device,temperature,doorOpen,equipment
 *     2026-06-01T00:00:00+08:00,GF3637,27.4,false,
 *     1780243260000,GF3637,27.5,,
 *
 * `time` is ISO 8601 with an offset, or milliseconds since the epoch. All other columns are metrics; an empty cell means that the
 * reading does not carry the metric; `true` and `false` are truth values; what is not a number stays text.
 *
 * @throws RecordingError
 */
export async function* readNativeCsv(lines: AsyncIterable<string>): AsyncGenerator<RecordedReading> {
  let header: readonly string[] | null = null;
  let number = 0;
  for await (const line of lines) {
    number++;
    const text = line.replace(/^\uFEFF/, '');
    if (text.trim() === '') continue;
    const cells = cellsOf(text, number);
    if (header === null) {
      header = cells;
      if (!cells.includes('time') || !cells.includes('device'))
        throw new RecordingError(number, 'the header needs the columns time and device');
      continue;
    }
    if (cells.length !== header.length)
      throw new RecordingError(number, `${cells.length} cells under ${header.length} columns`);
    yield nativeReading(header, cells, number);
  }
}

function nativeReading(header: readonly string[], cells: readonly string[], line: number): RecordedReading {
  let [time, device] = [NaN, ''];
  const values: [string, number | boolean | string][] = [];
  header.forEach((name, i) => {
    const cell = cells[i]!;
    if (name === 'time') time = /^\d+$/.test(cell) ? Number(cell) : isoTime(cell);
    else if (name === 'device') device = cell;
    else if (cell !== '') values.push([name, valueOf(cell)]);
  });
  if (!Number.isFinite(time))
    throw new RecordingError(line, 'time must be ISO 8601 with an offset, or milliseconds since 1970');
  if (device === '') throw new RecordingError(line, 'there is no device');
  return { time, device, values: Object.fromEntries(values) };
}

/** Without an offset a time would mean something else on every machine. */
function isoTime(text: string): number {
  return /(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : NaN;
}

function valueOf(cell: string): number | boolean | string {
  if (cell === 'true') return true;
  if (cell === 'false') return false;
  const number = Number(cell);
  return cell.trim() !== '' && Number.isFinite(number) ? number : cell;
}

/** Column of the Environmental Protection Department -> metric, and what one unit of it is in the metric's unit. */
const EPD_COLUMNS: Readonly<Record<string, readonly [metric: string, factor: number]>> = {
  CO: ['co', 10],
  FSP: ['pm25', 1],
  NO2: ['no2', 1],
  O3: ['o3', 1],
  RSP: ['pm10', 1],
  SO2: ['so2', 1],
};

/**
 * Reads an hourly record of pollutants as the Environmental Protection Department publishes it: remarks, a header
 * `DATE,HOUR,STATION,CO,FSP,NO2,NOX,O3,RSP,SO2`, then rows with d/m/yyyy and the hour from 01 to 24 in Hong Kong time. Hour 01 is
 * the mean of the first hour of the day, so a row gets the time at which its hour begins. Values in ug/m3, CO in 10 ug/m3;
 * `N.A.` is missing; a row without any value is left out. NOX has no metric and is left out.
 *
 * @param device id under which the readings are replayed
 * @throws RecordingError
 */
export async function* readEpdHourlyCsv(lines: AsyncIterable<string>, device: string): AsyncGenerator<RecordedReading> {
  let header: readonly string[] | null = null;
  let number = 0;
  for await (const line of lines) {
    number++;
    if (header === null) {
      if (line.replace(/^\uFEFF/, '').startsWith('DATE,HOUR,')) header = cellsOf(line.replace(/^\uFEFF/, ''), number);
      continue;
    }
    if (line.trim() === '') continue;
    const cells = cellsOf(line, number);
    const values = epdValues(header, cells);
    if (Object.keys(values).length > 0) yield { time: epdTime(cells, number), device, values };
  }
  if (header === null) throw new RecordingError(number, 'no header DATE,HOUR,... was found');
}

function epdValues(header: readonly string[], cells: readonly string[]): Record<string, number> {
  const values: Record<string, number> = {};
  header.forEach((name, i) => {
    const column = EPD_COLUMNS[name.trim()];
    const cell = cells[i]?.trim() ?? '';
    const value = cell === '' ? NaN : Number(cell);
    if (column !== undefined && Number.isFinite(value)) values[column[0]] = value * column[1];
  });
  return values;
}

function epdTime(cells: readonly string[], line: number): number {
  const date = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(cells[0]?.trim() ?? '');
  const hour = Number(cells[1]);
  if (date === null || !Number.isInteger(hour) || hour < 1 || hour > 24) {
    throw new RecordingError(line, 'expected d/m/yyyy and an hour from 01 to 24');
  }
  return Date.UTC(Number(date[3]), Number(date[2]) - 1, Number(date[1]), hour - 1 - 8);
}

function cellsOf(line: string, number: number): string[] {
  try {
    return csvCells(line);
  } catch (error) {
    throw new RecordingError(number, (error as Error).message);
  }
}

import { hongKongHour, weatherAt } from './weather.js';

const HOUR = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const month = (year: number, number: number): number[] =>
  Array.from({ length: 28 * 8 }, (_, i) => Date.UTC(year, number - 1, 1) + i * 3 * HOUR);

describe('weather', () => {
  it('is the same for the same time and seed', () => {
    const time = at('2026-06-01T12:00:00+08:00');
    expect(weatherAt(time, 'a')).toEqual(weatherAt(time, 'a'));
    expect(weatherAt(time, 'a')).not.toEqual(weatherAt(time, 'b'));
  });

  it('has the seasons of Hong Kong', () => {
    const years = [2024, 2025, 2026];
    const of = (number: number) => years.flatMap((year) => month(year, number)).map((time) => weatherAt(time, 'a'));
    const [january, july] = [of(1), of(7)];
    expect(mean(january.map((w) => w.temperature))).toBeGreaterThan(14);
    expect(mean(january.map((w) => w.temperature))).toBeLessThan(19);
    expect(mean(july.map((w) => w.temperature))).toBeGreaterThan(27);
    expect(mean(july.map((w) => w.temperature))).toBeLessThan(31);
    expect(mean(july.map((w) => w.rainRate))).toBeGreaterThan(4 * mean(january.map((w) => w.rainRate)));
    expect(mean(july.map((w) => w.pressure))).toBeLessThan(mean(january.map((w) => w.pressure)) - 8);
  });

  it('stays physical and changes smoothly, for a year', () => {
    let last = weatherAt(at('2026-01-01T00:00:00+08:00'), 'a');
    for (let i = 1; i < 365 * 24 * 2; i++) {
      const now = weatherAt(at('2026-01-01T00:00:00+08:00') + i * 1_800_000, 'a');
      const jump = Math.abs(now.temperature - last.temperature);
      if (
        jump > 3 ||
        now.humidity < 20 ||
        now.humidity > 100 ||
        now.windSpeed < 0 ||
        now.rainRate < 0 ||
        now.temperature > 40
      ) {
        throw new Error(`not weather: ${JSON.stringify(now)}`);
      }
      last = now;
    }
  });

  it('knows the hour in Hong Kong', () => {
    expect(hongKongHour(at('2026-06-01T13:30:00+08:00'))).toBeCloseTo(13.5, 9);
    expect(hongKongHour(at('2026-06-01T00:00:00+08:00'))).toBe(0);
  });
});

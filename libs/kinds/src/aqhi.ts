import { AQHI_VERSIONS, type AqhiPollutant, type AqhiVersion } from './aqhi-versions.js';

export { AQHI_POLLUTANTS, AQHI_VERSIONS, type AqhiPollutant, type AqhiVersion } from './aqhi-versions.js';

/** Number of hourly values that one index is made of. */
export const AQHI_HOURS = 3;

/** Hourly means in micrograms per cubic metre; a pollutant that is missing or NaN has no value for the hour. */
export type HourlyMeans = Readonly<Partial<Record<AqhiPollutant, number>>>;

export type AqhiCategory = 'low' | 'moderate' | 'high' | 'very-high' | 'serious';

export interface Aqhi {
  /** Added health risk in percent, the sum over the pollutants. */
  readonly percentAddedRisk: number;
  /** 1 to 10; 11 stands for 10+. */
  readonly band: number;
  /** '1' to '10' and '10+'. */
  readonly label: string;
  readonly category: AqhiCategory;
}

/** The version in force at a time (milliseconds since the epoch); days begin at midnight in Hong Kong. Null before the index existed. */
export function aqhiVersionAt(time: number): AqhiVersion | null {
  return AQHI_VERSIONS.findLast((version) => Date.parse(`${version.validFrom}T00:00:00+08:00`) <= time) ?? null;
}

/**
 * The Air Quality Health Index of the Environmental Protection Department.
 *
 * `%AR = AR(NO2) + AR(SO2) + AR(O3) + max(AR(PM10), AR(PM2.5))` with `AR = (exp(beta C) - 1) 100` and C the mean of the last
 * three hourly values (Wong et al., "A risk-based air quality health index for the Hong Kong public", 2013).
 *
 * @returns null unless there are three hours with all five pollutants
 */
export function aqhi(hours: readonly HourlyMeans[], version: AqhiVersion): Aqhi | null {
  if (hours.length !== AQHI_HOURS) return null;
  const risk = (pollutant: AqhiPollutant): number => {
    const sum = hours.reduce((total, hour) => total + (hour[pollutant] ?? NaN), 0);
    return (Math.exp((version.beta[pollutant] * sum) / AQHI_HOURS) - 1) * 100;
  };
  const percentAddedRisk = risk('no2') + risk('so2') + risk('o3') + Math.max(risk('pm10'), risk('pm25'));
  return Number.isFinite(percentAddedRisk) ? fromRisk(percentAddedRisk, version) : null;
}

function fromRisk(percentAddedRisk: number, version: AqhiVersion): Aqhi {
  const band = 1 + version.upperLimits.filter((limit) => percentAddedRisk > limit).length;
  return { percentAddedRisk, band, label: aqhiLabel(band), category: aqhiCategory(band) };
}

/** How the band is written: '1' to '10', '10+' for 11. */
export function aqhiLabel(band: number): string {
  return band > 10 ? '10+' : String(band);
}

export function aqhiCategory(band: number): AqhiCategory {
  if (band <= 3) return 'low';
  if (band <= 6) return 'moderate';
  if (band === 7) return 'high';
  return band <= 10 ? 'very-high' : 'serious';
}

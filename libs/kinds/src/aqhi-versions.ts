/** Coefficients and bands of the Air Quality Health Index as dated data: a new publication is a new entry, never an edit. */

export const AQHI_POLLUTANTS = ['no2', 'so2', 'o3', 'pm10', 'pm25'] as const;
export type AqhiPollutant = (typeof AQHI_POLLUTANTS)[number];

export interface AqhiVersion {
  /** First day in Hong Kong on which it applies, YYYY-MM-DD. */
  readonly validFrom: string;
  readonly source: string;
  /** Added risk for each microgram per cubic metre (natural logarithm). */
  readonly beta: Readonly<Record<AqhiPollutant, number>>;
  /** Highest added risk in percent, included, of bands 1 to 10; above the last is 10+. */
  readonly upperLimits: readonly number[];
}

/** Oldest first. */
export const AQHI_VERSIONS: readonly AqhiVersion[] = [
  {
    validFrom: '2013-12-30',
    source: 'Environmental Protection Department, index introduced on 30 December 2013',
    beta: { no2: 0.0004462559, so2: 0.0001393235, o3: 0.0005116328, pm10: 0.0002821751, pm25: 0.0002180567 },
    upperLimits: [1.88, 3.76, 5.64, 7.52, 9.41, 11.29, 12.91, 15.07, 17.22, 19.37],
  },
  {
    validFrom: '2025-03-22',
    source: 'Environmental Protection Department, revision of 22 March 2025 (from a single secondary source)',
    beta: { no2: 0.0004462559, so2: 0.0001393235, o3: 0.0004888034, pm10: 0.0002821751, pm25: 0.0002180567 },
    upperLimits: [1.87, 3.73, 5.6, 7.46, 9.33, 11.2, 12.81, 14.94, 17.08, 19.21],
  },
];

import { type Derivation, HOUR_MS, hoursBack } from '../derivation.js';
import { aqhi, AQHI_HOURS, AQHI_POLLUTANTS, aqhiVersionAt, type HourlyMeans } from '../aqhi.js';

/** The Air Quality Health Index of each hour; see `aqhi.ts`. The official record calls the hour from 13:00 to 14:00 'hour 14'. */
export const AQHI_DERIVATION: Derivation = {
  name: 'aqhi',
  metrics: ['aqhi'],
  inputs: AQHI_POLLUTANTS,
  groupBy: null,
  window: hoursBack(AQHI_HOURS),
  bucketMs: HOUR_MS,
  aggregates: ['mean'],
  compute({ to, members }) {
    const hours = (members[0]?.buckets ?? []).map(({ values }): HourlyMeans =>
      Object.fromEntries(AQHI_POLLUTANTS.map((pollutant) => [pollutant, values[pollutant]?.mean ?? NaN])),
    );
    const version = aqhiVersionAt(to - HOUR_MS);
    const index = version === null ? null : aqhi(hours, version);
    return index === null ? null : { aqhi: index.band };
  },
};

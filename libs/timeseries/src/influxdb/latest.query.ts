import type { LatestQuery, LatestReading } from '../telemetry-store.js';
import { ALL_TIME, flux, type FluxReader, oneOf, parseMs } from './flux.js';
import { FIELD, type KnownNames, MEASUREMENT } from './names.js';
import { decodeText } from './text.js';

interface Gathered {
  time: number;
  receivedAt: number;
  readonly values: Record<string, { time: number; value: number }>;
}

/** Last values: InfluxDB answers `last()` of a series from its newest block. */
export class LatestReader {
  constructor(
    private readonly flux: FluxReader,
    private readonly names: KnownNames,
  ) {}

  async readings(query: LatestQuery): Promise<LatestReading[]> {
    const kind = this.names.kind(query.kind);
    const metrics = this.names.metrics(kind, []);
    if (query.devices?.length === 0) return [];
    const devices = query.devices === null ? flux`true` : oneOf('device', query.devices);
    const measurements = oneOf('_measurement', [kind.kind, MEASUREMENT.derived(kind.kind)]);
    const last = async (fields: readonly string[]) => {
      const predicate = flux`${measurements} and ${oneOf('_field', fields)} and ${devices}`;
      return this.flux.rows(flux`${this.flux.source(ALL_TIME, predicate)} |> last()
  |> keep(columns: ["_time", "device", "_field", "_value"])`);
    };
    const [values, arrivals] = await Promise.all([last(metrics), last([FIELD.received])]);
    const gathered = new Map<string, Gathered>();
    for (const row of values) {
      const device = decodeText(String(row['device']));
      const reading = gathered.get(device) ?? { time: -Infinity, receivedAt: 0, values: {} };
      const time = parseMs(String(row['_time']));
      // A metric whose retention changed is in two series.
      const known = reading.values[String(row['_field'])];
      if (known === undefined || time >= known.time)
        reading.values[String(row['_field'])] = { time, value: Number(row['_value']) };
      reading.time = Math.max(reading.time, time);
      gathered.set(device, reading);
    }
    for (const row of arrivals) {
      const reading = gathered.get(decodeText(String(row['device'])));
      if (reading === undefined || parseMs(String(row['_time'])) < reading.time) continue;
      reading.receivedAt = Math.max(reading.receivedAt, Number(row['_value']));
    }
    return [...gathered].map(([device, reading]) => ({ device, ...reading }));
  }
}

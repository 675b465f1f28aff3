import { LamplighterError } from '#core';
import type { Expired, Expiry } from '../telemetry-store.js';
import { flux, type FluxReader, milliseconds, oneOf } from './flux.js';
import { FIELD, type KnownNames, MEASUREMENT } from './names.js';

export interface ExpiryOptions {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
  readonly fetch: typeof fetch;
}

/** Before every time that a device could state. */
const BEGINNING = -8.64e15;
/** The server takes no earlier start of a deletion. */
const FIRST = '1677-09-22T00:00:00Z';

/**
 * Deletes points. The server's deletion knows tags and measurements but no fields, so a metric of a kind can go only with all others of its
 * measurement; what is kept longer in the same points must not be lost, and the order is refused.
 */
export class InfluxExpiry {
  constructor(
    private readonly options: ExpiryOptions,
    private readonly flux: FluxReader,
    private readonly names: KnownNames,
  ) {}

  async expire({ kind: name, metrics, before }: Expiry): Promise<Expired> {
    const kind = this.names.kind(name);
    if (metrics.length === 0) return { values: 0, rows: 0 };
    this.names.metrics(kind, metrics);
    const total = { values: 0, rows: 0 };
    const parts = [
      [kind.kind, kind.metrics],
      [MEASUREMENT.derived(kind.kind), kind.derived],
    ] as const;
    for (const [, own] of parts) {
      const asked = own.filter((metric) => metrics.includes(metric));
      if (asked.length === 0 || asked.length === own.length) continue;
      throw new LamplighterError(
        'store-rejected',
        `InfluxDB removes whole rows: ${asked.join(', ')} of '${name}' cannot go before the other metrics of the kind.`,
      );
    }
    for (const [measurement, own] of parts) {
      if (!own.some((metric) => metrics.includes(metric))) continue;
      total.values += await this.count(measurement, own, before);
      if (measurement === kind.kind) total.rows += await this.count(measurement, [FIELD.received], before);
      await this.remove(measurement, before);
    }
    return total;
  }

  private async count(measurement: string, fields: readonly string[], before: number): Promise<number> {
    if (fields.length === 0) return 0;
    const predicate = flux`${oneOf('_measurement', [measurement])} and ${oneOf('_field', fields)}`;
    const source = this.flux.source(milliseconds(BEGINNING, before), predicate);
    const rows = await this.flux.rows(flux`${source} |> count() |> group() |> sum()`);
    return Number(rows[0]?.['_value'] ?? 0);
  }

  /** `POST /api/v2/delete`: 204 when it is done. The stop of the server is inclusive to the nanosecond; times of ours are milliseconds. */
  private async remove(measurement: string, before: number): Promise<void> {
    const { url, org, bucket, token } = this.options;
    const query = new URLSearchParams({ org, bucket });
    const stop = new Date(Math.ceil(before) - 1).toISOString().replace('Z', '999999Z');
    const answer = await this.options
      .fetch(`${url}/api/v2/delete?${query.toString()}`, {
        method: 'POST',
        headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ start: FIRST, stop, predicate: `_measurement="${measurement}"` }),
      })
      .catch((cause: unknown) => {
        throw new LamplighterError('store-unavailable', 'InfluxDB did not answer a deletion.', {
          cause,
          retryable: true,
        });
      });
    if (answer.status === 204) return;
    const reason = (await answer.text()).slice(0, 200);
    throw new LamplighterError('store-unavailable', `InfluxDB refused a deletion: ${answer.status} ${reason}`, {
      retryable: answer.status >= 500 || answer.status === 429,
    });
  }
}

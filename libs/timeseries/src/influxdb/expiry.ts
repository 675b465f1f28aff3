import { LamplighterError } from '#core';
import type { Expired, Expiry } from '../telemetry-store.js';
import { flux, type FluxReader, milliseconds, oneOf } from './flux.js';
import { FIELD, KEPT_TAG, type KnownNames, MEASUREMENT, retentionsOf } from './names.js';

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

/** Deletes the points of a retention; `names.ts` says why metrics that are kept equally long share them. */
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
    const parts = [
      { measurement: kind.kind, retentions: retentionsOf(kind, kind.metrics) },
      { measurement: MEASUREMENT.derived(kind.kind), retentions: retentionsOf(kind, kind.derived) },
    ];
    for (const { metrics: own } of parts.flatMap(({ retentions }) => retentions)) {
      const asked = own.filter((metric) => metrics.includes(metric));
      if (asked.length === 0 || asked.length === own.length) continue;
      throw new LamplighterError(
        'store-rejected',
        `InfluxDB removes what is kept equally long together: ${asked.join(', ')} of '${name}' cannot go without ${own.filter((metric) => !asked.includes(metric)).join(', ')}.`,
      );
    }
    const total = { values: 0, rows: 0 };
    for (const { measurement, retentions } of parts) {
      // The longest is asked for last of all: the points of the others, also of retentions that the kind has no more, are due by then.
      const due = retentions.filter(({ metrics: own }) => own.some((metric) => metrics.includes(metric)));
      const all = due.some(({ tag }) => tag === null);
      for (const { tag, metrics: own } of all
        ? [{ tag: null, metrics: retentions.flatMap(({ metrics: each }) => each) }]
        : due) {
        total.values += await this.count(measurement, own, before);
        if (tag === null && measurement === kind.kind)
          total.rows += await this.count(measurement, [FIELD.received], before);
        await this.remove(measurement, tag, before);
      }
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
  private async remove(measurement: string, tag: string | null, before: number): Promise<void> {
    const { url, org, bucket, token } = this.options;
    const query = new URLSearchParams({ org, bucket });
    const stop = new Date(Math.ceil(before) - 1).toISOString().replace('Z', '999999Z');
    const predicate = `_measurement="${measurement}"${tag === null ? '' : ` AND ${KEPT_TAG}="${tag}"`}`;
    const answer = await this.options
      .fetch(`${url}/api/v2/delete?${query.toString()}`, {
        method: 'POST',
        headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ start: FIRST, stop, predicate }),
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

import {
  flux,
  fluxExpression,
  fluxInteger,
  fluxString,
  HttpError,
  InfluxDB,
  type QueryApi,
} from '@influxdata/influxdb-client';
import { LamplighterError } from '#core';
import { encodeText } from './text.js';

/** A piece of Flux whose values have all gone through the client's escaping. */
export type FluxPart = ReturnType<typeof flux>;
/** One row of a result: column -> value; integers and floats are numbers, times are RFC 3339 texts with nanoseconds. */
export type FluxRow = Readonly<Record<string, unknown>>;

export { flux, fluxInteger };

/** A text as Flux literal, in the form in which it is stored. */
export const stored = (text: string): ReturnType<typeof fluxString> => fluxString(encodeText(text));

const NANOSECONDS_OF_MILLISECOND = 1_000_000n;
/** InfluxDB's last time, 2262-04-11: `range` needs an end, or it stops at the present and hides what lies ahead. */
const LAST_NS = 9_223_372_036_854_775_806n;
const FIRST_NS = -9_223_372_036_854_775_806n;

export interface Range {
  /** Nanoseconds since the epoch, inclusive and exclusive. */
  readonly from: bigint;
  readonly to: bigint;
}

export const ALL_TIME: Range = { from: FIRST_NS, to: LAST_NS };

/** A range of milliseconds, kept inside what InfluxDB can express. */
export function milliseconds(from: number, to: number): Range {
  const nanoseconds = (ms: number): bigint => {
    const ns = BigInt(Math.trunc(Math.min(Math.max(ms, -8.64e15), 8.64e15))) * NANOSECONDS_OF_MILLISECOND;
    return ns < FIRST_NS ? FIRST_NS : ns > LAST_NS ? LAST_NS : ns;
  };
  return { from: nanoseconds(from), to: nanoseconds(to) };
}

/** RFC 3339 with up to nine digits after the point -> nanoseconds. */
export function parseNs(time: string): bigint {
  const point = time.indexOf('.');
  if (point < 0) return BigInt(Date.parse(time)) * NANOSECONDS_OF_MILLISECOND;
  const fraction = time.slice(point + 1, -1).padEnd(9, '0');
  return BigInt(Date.parse(`${time.slice(0, point)}Z`)) * NANOSECONDS_OF_MILLISECOND + BigInt(fraction);
}

/** RFC 3339 -> milliseconds, rounded down. */
export const parseMs = (time: string): number => Number(parseNs(time) / NANOSECONDS_OF_MILLISECOND);

/** Joins pieces that were built by the `flux` template. */
export function join(parts: readonly FluxPart[], separator: string): ReturnType<typeof fluxExpression> {
  return fluxExpression(parts.map((part) => part.toString()).join(separator));
}

/**
 * Beyond this many alternatives a chain of `or` is slower to plan than a look-up for each series.
 */
const MAX_ALTERNATIVES = 300;

/** `r.<column>` is one of the texts. Never empty: nothing matches an empty list. */
export function oneOf(column: 'device' | '_field' | '_measurement' | 'department', texts: readonly string[]): FluxPart {
  const name = fluxExpression(`r[${JSON.stringify(column)}]`);
  if (texts.length === 0) return flux`false`;
  if (texts.length > MAX_ALTERNATIVES) {
    return flux`contains(value: ${name}, set: [${join(
      texts.map((text) => flux`${stored(text)}`),
      ', ',
    )}])`;
  }
  return flux`(${join(
    texts.map((text) => flux`${name} == ${stored(text)}`),
    ' or ',
  )})`;
}

/** Runs Flux in one bucket. */
export class FluxReader {
  private readonly api: QueryApi;

  constructor(
    options: { readonly url: string; readonly token: string; readonly org: string; readonly queryTimeoutMs: number },
    private readonly bucket: string,
  ) {
    this.api = new InfluxDB({ url: options.url, token: options.token, timeout: options.queryTimeoutMs }).getQueryApi(
      options.org,
    );
  }

  /** `from(bucket) |> range |> filter` over the predicate. */
  source(range: Range, predicate: FluxPart): FluxPart {
    return flux`from(bucket: ${fluxString(this.bucket)})
  |> range(start: time(v: ${fluxInteger(range.from)}), stop: time(v: ${fluxInteger(range.to)}))
  |> filter(fn: (r) => ${fluxExpression(predicate.toString())})`;
  }

  /** @throws LamplighterError `store-unavailable` (retryable) */
  async rows(query: FluxPart): Promise<FluxRow[]> {
    try {
      const rows = await this.api.collectRows(query, (values, table) => table.toObject(values) as FluxRow);
      // A query that fails half-way has already answered 200: the failure is a table of its own.
      const failure = rows.find((row) => 'error' in row && 'reference' in row);
      if (failure !== undefined) throw new Error(String(failure['error']));
      return rows;
    } catch (error) {
      // A query of ours that InfluxDB cannot compile is a defect: it must not look like an outage that passes.
      const defect = error instanceof HttpError && error.statusCode === 400;
      throw new LamplighterError('store-unavailable', `InfluxDB did not answer a query: ${(error as Error).message}`, {
        cause: error,
        retryable: !defect,
      });
    }
  }
}

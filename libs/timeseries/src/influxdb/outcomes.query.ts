import type { OutcomeCount, OutcomeQuery } from '../telemetry-store.js';
import { ALL_TIME, flux, type FluxReader, type FluxRow, milliseconds, parseMs, stored } from './flux.js';
import { addToOutcome, type LedgerReader, type LedgerTotals } from './ledger.js';
import { MEASUREMENT } from './names.js';
import { decodeText } from './text.js';

const HOUR_MS = 3_600_000;

/** The store's side of the ledger, summed up on the server; the total of everything stands in the commit record. */
export class OutcomeReader {
  constructor(
    private readonly flux: FluxReader,
    private readonly ledger: LedgerReader,
  ) {}

  async counts(query: OutcomeQuery): Promise<OutcomeCount[]> {
    const { source, fromHour, toHour, groupBy, refusedOnly } = query;
    if (groupBy === 'total' && source === undefined && fromHour === undefined && toHour === undefined) {
      return [total(await this.ledger.allTotals())];
    }
    if (fromHour !== undefined && toHour !== undefined && fromHour >= toHour)
      return groupBy === 'total' ? [total([])] : [];
    const sums = gather(await this.sums(query), groupBy);
    if (groupBy === 'total') return [total([...sums.values()])];
    return [...sums]
      .map(([key, counts]) => toCount(key, counts))
      .filter(
        ({ stored, duplicates, deadLetters }) =>
          Object.keys(deadLetters).length > 0 || (refusedOnly !== true && (stored > 0 || duplicates > 0)),
      )
      .sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : a.hour - b.hour));
  }

  private sums(query: OutcomeQuery): Promise<FluxRow[]> {
    const range = {
      from: query.fromHour === undefined ? ALL_TIME.from : milliseconds(query.fromHour * HOUR_MS, 0).from,
      to: query.toHour === undefined ? ALL_TIME.to : milliseconds(0, query.toHour * HOUR_MS).to,
    };
    const source = query.source === undefined ? flux`true` : flux`r.source == ${stored(query.source)}`;
    const points = this.flux.source(range, flux`r._measurement == ${MEASUREMENT.outcome} and ${source}`);
    const columns = flux`columns: ["source", "_field"]`;
    if (query.groupBy === 'source-hour') return this.flux.rows(flux`${points} |> window(every: 1h) |> sum()`);
    return this.flux.rows(flux`${points} |> group(${columns}) |> sum()`);
  }
}

function gather(rows: readonly FluxRow[], groupBy: OutcomeQuery['groupBy']): Map<string, LedgerTotals> {
  const sums = new Map<string, LedgerTotals>();
  for (const row of rows) {
    const hour = groupBy === 'source-hour' ? Math.floor(parseMs(String(row['_start'])) / HOUR_MS) : 0;
    const key = JSON.stringify([decodeText(String(row['source'])), hour]);
    const counts = sums.get(key) ?? { stored: 0, duplicates: 0, deadLetters: {} };
    addToOutcome(counts, String(row['_field']), Number(row['_value']));
    sums.set(key, counts);
  }
  return sums;
}

function toCount(key: string, counts: LedgerTotals): OutcomeCount {
  const [source, hour] = JSON.parse(key) as [string, number];
  return { source, hour, ...counts };
}

function total(parts: readonly LedgerTotals[]): OutcomeCount {
  const sum: LedgerTotals = { stored: 0, duplicates: 0, deadLetters: {} };
  for (const part of parts) {
    sum.stored += part.stored;
    sum.duplicates += part.duplicates;
    for (const [code, count] of Object.entries(part.deadLetters))
      sum.deadLetters[code] = (sum.deadLetters[code] ?? 0) + count;
  }
  return { source: '', hour: 0, ...sum };
}

import { gapBetween } from '../completeness.js';
import type { CompletenessFacts, CompletenessQuery } from '../telemetry-store.js';
import { flux, fluxInteger, type FluxPart, type FluxReader, milliseconds, oneOf, parseMs } from './flux.js';
import type { LedgerReader } from './ledger.js';
import { FIELD, type KnownNames } from './names.js';

/** Counts readings and finds gaps on the server; only the gaps travel. */
export class CompletenessReader {
  constructor(
    private readonly flux: FluxReader,
    private readonly names: KnownNames,
    private readonly ledger: LedgerReader,
  ) {}

  async facts(query: CompletenessQuery): Promise<CompletenessFacts> {
    const kind = this.names.kind(query.kind);
    const source = flux`${this.flux.source(
      milliseconds(query.from, query.to),
      flux`${oneOf('_measurement', [kind.kind])} and r._field == ${FIELD.sequence} and ${oneOf('device', [query.device])} and r._value < ${fluxInteger(await this.ledger.visibleBefore())}`,
    )} |> keep(columns: ["_time", "_value"])`;
    if (query.from >= query.to) return { received: 0, gaps: [], truncated: false };
    const rows = async (part: FluxPart) => this.flux.rows(flux`${source} ${part}`);
    const [count, first, last, wide] = await Promise.all([
      rows(flux`|> count()`),
      rows(flux`|> first()`),
      rows(flux`|> last()`),
      // One more than asked for tells whether there are more.
      rows(
        flux`|> elapsed(unit: 1ms) |> filter(fn: (r) => r.elapsed > ${fluxInteger(Math.floor(2 * query.intervalMs))}) |> limit(n: ${query.maxGaps + 1})`,
      ),
    ]);
    const timeOf = (row: { readonly [column: string]: unknown } | undefined): number | null =>
      row === undefined ? null : parseMs(String(row['_time']));
    const [firstTime, lastTime] = [timeOf(first[0]), timeOf(last[0])];
    const gaps: CompletenessFacts['gaps'][number][] = [];
    const add = (from: number, to: number, afterReading: boolean): void => {
      const gap = gapBetween(from, to, query.intervalMs, afterReading);
      if (gap !== null) gaps.push(gap);
    };
    add(query.from, firstTime ?? query.to, false);
    for (const row of wide) {
      const to = timeOf(row)!;
      add(to - Number(row['elapsed']), to, true);
    }
    if (lastTime !== null) add(lastTime, query.to, true);
    return {
      received: Number(count[0]?.['_value'] ?? 0),
      gaps: gaps.slice(0, query.maxGaps),
      truncated: gaps.length > query.maxGaps,
    };
  }
}

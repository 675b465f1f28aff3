import type { StoredKey } from '../telemetry-store.js';
import {
  flux,
  fluxInteger,
  type FluxPart,
  type FluxReader,
  type FluxRow,
  milliseconds,
  oneOf,
  parseMs,
  type Range,
} from './flux.js';
import { FIELD, type KnownNames } from './names.js';
import { decodeText } from './text.js';

const KEY_FIELDS = Object.values(FIELD);

/** Keys of stored readings, for de-duplication. They are read from fields that carry them whole, without touching metrics. */
export class KeyReader {
  constructor(
    private readonly flux: FluxReader,
    private readonly names: KnownNames,
    /** How long before its receipt a reading may have been taken. */
    private readonly maxAgeMs: number,
  ) {}

  async found(kind: string, device: string, from: number, to: number, beforeSequence: number): Promise<StoredKey[]> {
    this.names.kind(kind);
    if (from >= to || beforeSequence <= 0) return [];
    const rows = await this.rows(
      milliseconds(from, to),
      [kind],
      oneOf('device', [device]),
      flux`r.journal_sequence < ${fluxInteger(beforeSequence)}`,
      flux``,
    );
    return this.toKeys(rows);
  }

  async recent(perDevice: number, receivedSince: number, beforeSequence: number): Promise<StoredKey[]> {
    if (perDevice <= 0 || beforeSequence <= 0) return [];
    const kinds = this.names.all().map((kind) => kind.kind);
    const range = milliseconds(receivedSince - this.maxAgeMs, 8.64e15);
    const wanted = flux`r.journal_sequence < ${fluxInteger(beforeSequence)} and r.received_at >= ${fluxInteger(receivedSince)}`;
    const newest = flux`|> sort(columns: [${FIELD.sequence}]) |> tail(n: ${perDevice})`;
    return this.toKeys(await this.rows(range, kinds, flux`true`, wanted, newest));
  }

  private rows(
    range: Range,
    kinds: readonly string[],
    devices: FluxPart,
    wanted: FluxPart,
    rest: FluxPart,
  ): Promise<FluxRow[]> {
    const predicate = flux`${oneOf('_measurement', kinds)} and ${oneOf('_field', KEY_FIELDS)} and ${devices}`;
    return this.flux.rows(flux`${this.flux.source(range, predicate)}
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> filter(fn: (r) => ${wanted}) ${rest}`);
  }

  private toKeys(rows: readonly FluxRow[]): StoredKey[] {
    return [...rows]
      .sort((a, b) => Number(a[FIELD.sequence]) - Number(b[FIELD.sequence]))
      .map((row) => {
        const kind = String(row['_measurement']);
        const [boot, seq] = [row[FIELD.boot], row[FIELD.seq]];
        const sent = decodeText(String(row[FIELD.metrics])).split(',');
        return {
          kind,
          device: decodeText(String(row['device'])),
          time: parseMs(String(row['_time'])),
          boot: typeof boot === 'string' && boot !== '' ? decodeText(boot) : null,
          seq: typeof seq === 'number' ? seq : null,
          metrics: this.names.kind(kind).metrics.filter((metric) => sent.includes(metric)),
        };
      });
  }
}

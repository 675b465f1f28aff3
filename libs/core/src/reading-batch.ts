import type { DeviceIdentity, Reading } from './message.js';

/**
 * Readings of one kind, held by column. This is what the store appends, what the feed carries and what rules evaluate:
 * columns make all three a loop over numbers.
 *
 * Row i of every column belongs to the same reading; rows are in journal order. Absent numbers are NaN.
 */
export interface ReadingBatch {
  readonly kind: string;
  readonly length: number;
  /** Distinct devices of the batch. */
  readonly devices: readonly DeviceIdentity[];
  /** Row -> index into `devices`. */
  readonly device: Uint32Array;
  /** Event time, milliseconds since the epoch. */
  readonly time: Float64Array;
  readonly receivedAt: Float64Array;
  /** Journal sequence of the message; NaN for rows that the platform derived, which come from no message. */
  readonly sequence: Float64Array;
  readonly boot: readonly (string | null)[];
  /** NaN where the device sends no sequence. */
  readonly seq: Float64Array;
  /** Metric names in the kind's order; `columns[m]` is the column of `metrics[m]`. */
  readonly metrics: readonly string[];
  readonly columns: readonly Float64Array[];
}

/** Gathers readings of one kind row by row and turns them into columns once. */
export class ReadingBatchBuilder {
  private readonly readings: Reading[] = [];

  constructor(
    private readonly kind: string,
    private readonly metrics: readonly string[],
  ) {}

  get length(): number {
    return this.readings.length;
  }

  add(reading: Reading): void {
    this.readings.push(reading);
  }

  build(): ReadingBatch {
    const { readings, metrics } = this;
    const length = readings.length;
    const devices: DeviceIdentity[] = [];
    const indexOf = new Map<string, number>();
    const device = new Uint32Array(length);
    const time = new Float64Array(length);
    const receivedAt = new Float64Array(length);
    const sequence = new Float64Array(length);
    const seq = new Float64Array(length);
    const boot = new Array<string | null>(length);
    const columns = metrics.map(() => new Float64Array(length));
    for (let row = 0; row < length; row++) {
      const reading = readings[row]!;
      let index = indexOf.get(reading.device.id);
      if (index === undefined) {
        index = devices.length;
        devices.push(reading.device);
        indexOf.set(reading.device.id, index);
      }
      device[row] = index;
      time[row] = reading.time;
      receivedAt[row] = reading.receivedAt;
      sequence[row] = reading.sequence;
      seq[row] = reading.seq ?? NaN;
      boot[row] = reading.boot;
      for (let m = 0; m < columns.length; m++) columns[m]![row] = reading.values[m]!;
    }
    return { kind: this.kind, length, devices, device, time, receivedAt, sequence, boot, seq, metrics, columns };
  }
}

const HEADER_BYTES = 8;
const FIXED_COLUMNS = 4; // time, receivedAt, sequence, seq

/**
 * Wire form of a batch for the feed: a JSON header with the strings, then the numbers as little-endian columns.
 * Layout: u32 format version, u32 header length, header (UTF-8, padded with spaces to a multiple of 8), float64 columns
 * time, receivedAt, sequence, seq, metrics..., then the u32 device index.
 */
export function encodeReadingBatch(batch: ReadingBatch): Uint8Array {
  const anyBoot = batch.boot.some((b) => b !== null);
  const header = Buffer.from(
    JSON.stringify({
      kind: batch.kind,
      length: batch.length,
      devices: batch.devices,
      metrics: batch.metrics,
      boot: anyBoot ? batch.boot : null,
    }),
  );
  const headerBytes = Math.ceil(header.length / 8) * 8;
  const rows = batch.length;
  const out = Buffer.alloc(
    HEADER_BYTES + headerBytes + rows * 8 * (FIXED_COLUMNS + batch.columns.length) + rows * 4,
    0x20,
  );
  out.writeUInt32LE(1, 0);
  out.writeUInt32LE(headerBytes, 4);
  header.copy(out, HEADER_BYTES);
  let at = HEADER_BYTES + headerBytes;
  for (const column of [batch.time, batch.receivedAt, batch.sequence, batch.seq, ...batch.columns]) {
    out.set(new Uint8Array(column.buffer, column.byteOffset, rows * 8), at);
    at += rows * 8;
  }
  out.set(new Uint8Array(batch.device.buffer, batch.device.byteOffset, rows * 4), at);
  return out;
}

/** Inverse of {@link encodeReadingBatch}. Throws a RangeError on bytes that are not a batch. */
export function decodeReadingBatch(bytes: Uint8Array): ReadingBatch {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEADER_BYTES || view.getUint32(0, true) !== 1) {
    throw new RangeError('not a reading batch of format 1');
  }
  const headerBytes = view.getUint32(4, true);
  const header = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset + HEADER_BYTES, headerBytes).toString('utf8'),
  ) as {
    kind: string;
    length: number;
    devices: DeviceIdentity[];
    metrics: string[];
    boot: (string | null)[] | null;
  };
  const rows = header.length;
  let at = HEADER_BYTES + headerBytes;
  // A copy, because a view of doubles has to start at a multiple of 8; `slice` of a Buffer would be a view.
  const take = (length: number): Uint8Array<ArrayBuffer> => {
    const copy = new Uint8Array(length);
    copy.set(bytes.subarray(at, at + length));
    at += length;
    return copy;
  };
  const column = (): Float64Array => new Float64Array(take(rows * 8).buffer);
  const time = column();
  const receivedAt = column();
  const sequence = column();
  const seq = column();
  const columns = header.metrics.map(column);
  const device = new Uint32Array(take(rows * 4).buffer);
  return {
    kind: header.kind,
    length: rows,
    devices: header.devices,
    device,
    time,
    receivedAt,
    sequence,
    boot: header.boot ?? new Array<string | null>(rows).fill(null),
    seq,
    metrics: header.metrics,
    columns,
  };
}

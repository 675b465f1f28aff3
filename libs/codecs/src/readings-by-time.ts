import type { DecodedItem } from '#core';

/**
 * Brings the measurements of one message together by their time: what has the same time is one reading, and readings come out in order
 * of time. SenML packs and the records of a LoRaWAN uplink take this path.
 */
export class ReadingsByTime {
  private readonly readings = new Map<number | null, Gathered>();

  /**
   * @param time milliseconds since the epoch; null when the sender knows none and measured about now
   * @param pointer to what holds the value; the first one of a time stands for the reading
   * @param place pointer to the value itself
   * @returns false when the reading has the metric already: then nothing was added
   */
  add(time: number | null, pointer: string, metric: string, value: unknown, place: string): boolean {
    let reading = this.readings.get(time);
    if (reading === undefined)
      this.readings.set(time, (reading = { time, pointer, values: new Map(), pointers: new Map() }));
    if (reading.values.has(metric)) return false;
    reading.values.set(metric, value);
    reading.pointers.set(metric, place);
    return true;
  }

  /** What a reading has for a metric so far. */
  valueOf(time: number | null, metric: string): unknown {
    return this.readings.get(time)?.values.get(metric);
  }

  /** @param now where a reading without a time belongs, milliseconds since the epoch */
  items(now: number): TimedItem[] {
    return [...this.readings.values()].sort((a, b) => (a.time ?? now) - (b.time ?? now)).map(itemOf);
  }
}

export type TimedItem = DecodedItem & Required<Pick<DecodedItem, 'pointers'>>;

interface Gathered {
  readonly time: number | null;
  readonly pointer: string;
  readonly values: Map<string, unknown>;
  readonly pointers: Map<string, string>;
}

function itemOf({ time, pointer, values, pointers }: Gathered): TimedItem {
  return {
    pointer,
    ...(time === null ? {} : { time }),
    // Object.fromEntries defines own members, also of names that an assignment would give a meaning.
    values: Object.fromEntries(values),
    pointers,
  };
}

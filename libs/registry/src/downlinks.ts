/** Messages to LoRaWAN devices, and what network servers say became of them. */

export type DownlinkStatus = 'queued' | 'sent' | 'acknowledged' | 'failed';

export interface Downlink {
  /** A UUID: ChirpStack's `queueItemId`; for The Things Stack part of a correlation id. */
  readonly id: string;
  readonly device: string;
  /** The network server that it was given to; null when that has no entry (a connector without one). */
  readonly networkServer: string | null;
  /** Actor, as in the audit. */
  readonly queuedBy: string;
  /** 1 to 223. */
  readonly fPort: number;
  readonly payload: Uint8Array;
  /** Whether the device has to acknowledge it; only then it ever becomes 'acknowledged'. */
  readonly confirmed: boolean;
  readonly status: DownlinkStatus;
  readonly queuedAt: number;
  readonly sentAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly failedAt: number | null;
  /** Why it failed, as the network server says. */
  readonly reason: string | null;
}

export type NewDownlink = Pick<
  Downlink,
  'id' | 'device' | 'networkServer' | 'queuedBy' | 'fPort' | 'payload' | 'confirmed'
>;

/** What an event of a network server says about one of our downlinks. */
export interface DownlinkEvent {
  readonly id: string;
  readonly type: DownlinkStatus;
  /** When, by the network server; milliseconds since the epoch. */
  readonly at: number;
  readonly reason?: string | null;
}

export interface DownlinkRepository {
  create(downlink: NewDownlink): Promise<Downlink>;
  get(id: string): Promise<Downlink | null>;
  /** Of one device, newest first; `after` is the id of the last one of the page before. */
  list(query: { readonly device: string; readonly limit: number; readonly after?: string }): Promise<Downlink[]>;
  /**
   * Takes over what happened, in whatever order and however often it is told: the first time of each step stays, of failures the last, and the
   * status moves on from queued to sent, failed and acknowledged. (A device may acknowledge what its network server had
   * given up, and what was given up before it was sent, here, is sent.) Ids that are not ours are ignored; resolves with the downlinks that were changed.
   */
  noteEvents(events: readonly DownlinkEvent[]): Promise<Downlink[]>;
  /** The same for one event; null when nothing changed. */
  noteEvent(event: DownlinkEvent): Promise<Downlink | null>;
}

const CORRELATION = 'lamplighter:downlink:';

/** The correlation id by which The Things Stack names one of our downlinks in its events. */
export function downlinkCorrelation(id: string): string {
  return `${CORRELATION}${id}`;
}

/** Our id among the correlation ids of an event of The Things Stack, or null. */
export function downlinkIdOf(correlationIds: unknown): string | null {
  if (!Array.isArray(correlationIds)) return null;
  for (const each of correlationIds as unknown[])
    if (typeof each === 'string' && each.startsWith(CORRELATION)) return each.slice(CORRELATION.length);
  return null;
}

/** Devices that sent something, or tried to, and that nobody has registered. */
export interface Sighting {
  /** What it calls itself: a DevEUI in lower case, or the id in its topic or user name. */
  readonly id: string;
  /** Who brought its messages: itself, a gateway, a network server. */
  readonly source: string;
  /** Application of its network server. */
  readonly application: string | null;
  readonly topic: string;
  /** What its network server calls it, and what it says of its type. */
  readonly name: string | null;
  readonly profile: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** About: what was counted and not yet written when the process died is not in it. */
  readonly messages: number;
  readonly adoptedAt: number | null;
  readonly ignoredAt: number | null;
}

/** Messages of one device since the last record of it. */
export type Seen = Omit<Sighting, 'adoptedAt' | 'ignoredAt'>;

export interface SightingRepository {
  /**
   * Adds to what is known. Open sightings beyond a number are dropped, those first that were not seen for longest. One that was adopted is
   * open again when it is seen much later: the device was removed.
   */
  record(seen: readonly Seen[]): Promise<void>;
  get(id: string): Promise<Sighting | null>;
  /** Those that nobody has adopted or ignored (or all), last seen first. */
  list(query: { readonly open: boolean; readonly limit: number; readonly offset?: number }): Promise<Sighting[]>;
  /** Null when there is none. */
  adopt(id: string): Promise<Sighting | null>;
  ignore(id: string): Promise<Sighting | null>;
}

/** Devices that sent something, or tried to log in, and that nobody has registered. */
export interface Sighting {
  /** What it calls itself: a DevEUI in lower case, or the id in its topic or user name. */
  readonly id: string;
  /** Who brought its messages: itself, a gateway, a network server. */
  readonly source: string;
  /** Application of its network server. */
  readonly application: string | null;
  /** Where its last message was published; null when none came, because its log-ins are refused. */
  readonly topic: string | null;
  /** What its network server calls it, and what it says of its type. */
  readonly name: string | null;
  readonly profile: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** About: what was counted and not yet written when the process died is not in it. */
  readonly messages: number;
  /** How often the broker refused it because nobody has registered its user name; about, too. */
  readonly logins: number;
  readonly adoptedAt: number | null;
  readonly ignoredAt: number | null;
}

/** Messages and log-ins of one device since the last record of it. */
export type Seen = Omit<Sighting, 'adoptedAt' | 'ignoredAt'>;

export interface SightingRepository {
  /**
   * Adds to what is known; a log-in changes nothing of what messages said, because anybody can claim any name. Sightings beyond a number are
   * dropped, those first that were not seen for longest. Open ones of log-ins alone have a much smaller number of their own, so that whoever tries
   * names drives out no device that sends (THREATS 33): those go first that were refused longest ago, where every attempt counts as a minute, to an hour.
   * One that was adopted is open again when it is seen much later: the device was removed.
   */
  record(seen: readonly Seen[]): Promise<void>;
  get(id: string): Promise<Sighting | null>;
  /** Those that nobody has adopted or ignored (or all), last seen first. */
  list(query: { readonly open: boolean; readonly limit: number; readonly offset?: number }): Promise<Sighting[]>;
  /** Null when there is none. */
  adopt(id: string): Promise<Sighting | null>;
  ignore(id: string): Promise<Sighting | null>;
}

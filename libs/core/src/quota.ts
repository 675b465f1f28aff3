import { type VariableParser } from './environment.js';

/** How much one device may send. What is above it is slowed down or set aside, so that it harms nobody else. */
export interface Quota {
  /** On average. */
  readonly messagesPerMinute: number;
  /** Messages at once, above the average. */
  readonly burst: number;
  /** Payload bytes of a day: a budget of one day that fills up evenly. Null: not limited. */
  readonly bytesPerDay: number | null;
}

/** What holds for devices that have no quota of their own. */
export interface QuotaDefaults {
  readonly fallback: Quota;
  readonly byKind: ReadonlyMap<string, Quota>;
}

export const MAX_MESSAGES_PER_MINUTE = 60_000_000;
export const MAX_BYTES_PER_DAY = 1e15;
const QUOTA = /^(\d{1,8})(?::(\d{1,9}))?(?::(\d{1,16}))?$/;

/** A thousand messages a second: far above any sensor, and low enough that a runaway device stays a nuisance to itself only. */
export const DEFAULT_QUOTA: Quota = { messagesPerMinute: 60_000, burst: 20_000, bytesPerDay: null };

/**
 * `messagesPerMinute[:burst[:bytesPerDay]]`, as files, variables and the command line write it; null when the text is not
 * one. Without a burst it is the messages of one minute.
 */
export function parseQuota(text: string): Quota | null {
  const match = QUOTA.exec(text.trim());
  if (match === null) return null;
  const messagesPerMinute = Number(match[1]);
  const burst = match[2] === undefined ? messagesPerMinute : Number(match[2]);
  const bytesPerDay = match[3] === undefined ? null : Number(match[3]);
  const quota = { messagesPerMinute, burst, bytesPerDay };
  return isQuota(quota) ? quota : null;
}

function isQuota({ messagesPerMinute, burst, bytesPerDay }: Quota): boolean {
  return (
    isWhole(messagesPerMinute, MAX_MESSAGES_PER_MINUTE) &&
    isWhole(burst, MAX_MESSAGES_PER_MINUTE) &&
    (bytesPerDay === null || isWhole(bytesPerDay, MAX_BYTES_PER_DAY))
  );
}

export function formatQuota({ messagesPerMinute, burst, bytesPerDay }: Quota): string {
  return bytesPerDay === null ? `${messagesPerMinute}:${burst}` : `${messagesPerMinute}:${burst}:${bytesPerDay}`;
}

/** The quota of a device of a kind that has this one of its own, or none. */
export function quotaFor(defaults: QuotaDefaults, kind: string, own: Quota | null): Quota {
  return own ?? defaults.byKind.get(kind) ?? defaults.fallback;
}

/**
 * `LAMPLIGHTER_DEVICE_QUOTA`: the quota of all devices, then of kinds, such as `60000:20000,smart-toilet=60:120`.
 */
export function quotaVariable(): VariableParser<QuotaDefaults> {
  return (text) => {
    let fallback = DEFAULT_QUOTA;
    const byKind = new Map<string, Quota>();
    for (const part of (text ?? '').split(',').filter((each) => each.trim() !== '')) {
      const [, kind, written] = /^(?:([^=]*)=)?(.*)$/.exec(part.trim())!;
      const quota = parseQuota(written!);
      if (quota === null)
        throw new Error(
          `expected messagesPerMinute[:burst[:bytesPerDay]], and kind=... for kinds, separated by commas; got '${part.trim()}'`,
        );
      if (kind === undefined) fallback = quota;
      else byKind.set(kind.trim(), quota);
    }
    return { fallback, byKind };
  };
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}

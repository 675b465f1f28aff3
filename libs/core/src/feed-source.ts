/**
 * Sources of the records of the feed. `ingest` is what devices say now; `history` is what belongs to the past when it comes: dead letters
 * that are replayed, and windows that are computed again after a newer one. A record holds one or the other. Journal sequences of a kind
 * rise from record to record of the same source, not across sources.
 */
export const FEED_SOURCE = { live: 'ingest', history: 'history' } as const;

export type FeedSource = (typeof FEED_SOURCE)[keyof typeof FEED_SOURCE];

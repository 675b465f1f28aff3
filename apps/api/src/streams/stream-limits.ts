export const STREAM_LIMITS = Symbol('StreamLimits');

export interface StreamLimits {
  readonly perCaller: number;
  readonly total: number;
  readonly heartbeatMs: number;
}

/** A browser opens at most six connections to an origin; a wall of screens shares one account. */
export const DEFAULT_STREAM_LIMITS: StreamLimits = { perCaller: 100, total: 1_000, heartbeatMs: 15_000 };

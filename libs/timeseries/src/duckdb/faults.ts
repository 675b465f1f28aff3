import { LamplighterError } from '#core';

/**
 * A failure of the engine as the port names it: `store-unavailable`, retryable unless the engine has given up on the file and only
 * opening it again can help. What already is a LamplighterError stays it.
 */
export function storeFault(doing: string, error: unknown): LamplighterError {
  if (error instanceof LamplighterError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const gaveUp = /invalidated|FATAL/.test(message);
  return new LamplighterError('store-unavailable', `The store failed while ${doing}: ${message}`, {
    cause: error,
    retryable: !gaveUp,
  });
}

import type { Clock } from '#core';
import type { Registry } from './registry.js';

/** What a contract's tests work with; the registry is new and empty for each test. */
export interface ContractContext {
  registry(): Registry;
  /** A second connection, closed after the test. */
  another(): Promise<Registry>;
  readonly clock: Clock & { time: number };
}

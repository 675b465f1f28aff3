import type { Credentials } from './mqtt-wire.js';

/** What the benchmark and the process of the load generator say to each other. */
export type LoadCommand =
  | {
      readonly type: 'connect';
      readonly port: number;
      readonly publishers: readonly Credentials[];
      readonly window: number;
    }
  /** Messages a second of all publishers together; as fast as acknowledgements allow when null. */
  | { readonly type: 'run'; readonly rate: number | null }
  | { readonly type: 'stop' };

export type LoadReport =
  | { readonly type: 'connected'; readonly ms: number }
  | { readonly type: 'failed'; readonly reason: string }
  /** All that was sent has been acknowledged. */
  | ({ readonly type: 'stopped' } & LoadResult);

export interface LoadResult {
  /** Acknowledged since the `run`. */
  readonly messages: number;
  /** From the first PUBLISH to the last PUBACK. */
  readonly ms: number;
  readonly startedAt: number;
  /** Processor time of the load generator itself. */
  readonly cpuMs: number;
}

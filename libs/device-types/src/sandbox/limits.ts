/** What one script may use. Every number is a ceiling for a single call unless it says otherwise (THREATS 27). */
export interface SandboxLimits {
  /**
   * Calls of QuickJS's interrupt handler, which it makes after a fixed number of loop turns and function calls. The same script on
   * the same payload always makes the same number of them, however busy the host is.
   */
  readonly cpuBudget: number;
  /** Wall-clock time after which the parent ends the thread: code inside a built-in function is never interrupted. */
  readonly wallMs: number;
  /** How often the parent looks. An attempt is ended at the latest after `wallMs` and twice this. */
  readonly watchEveryMs: number;
  /**
   * Heap of a script, over all its calls. No block may be larger, but QuickJS as it is built for WebAssembly counts of each that it has
   * given out only a few bytes: this stops many small ones, and `engineBytes` what a script hoards in large ones.
   */
  readonly memoryBytes: number;
  /**
   * Memory of a thread's engine with all its scripts. A thread whose engine has grown beyond it is replaced after the call. The engine may
   * grow further during the call, so that it never meets a memory without room: the clock ends that.
   */
  readonly engineBytes: number;
  readonly stackBytes: number;
  /** Characters of the JSON text of an output. */
  readonly maxOutputChars: number;
  /** Levels of arrays and objects in an output. */
  readonly maxOutputDepth: number;
  /** Characters of a script's source. */
  readonly maxSourceChars: number;
}

export const DEFAULT_SANDBOX_LIMITS: SandboxLimits = {
  // A million turns of a loop, some 20 to 50 ms; a typical codec needs none of them, a large one two.
  cpuBudget: 100,
  wallMs: 140,
  watchEveryMs: 20,
  memoryBytes: 8 * 1024 * 1024,
  // As many scripts as a thread keeps, all of the longest kind, come to 83 MiB.
  engineBytes: 128 * 1024 * 1024,
  stackBytes: 256 * 1024,
  maxOutputChars: 64 * 1024,
  maxOutputDepth: 16,
  maxSourceChars: 512 * 1024,
};

/** What the pool does around calls; see `script-pool.ts`. */
export interface PoolPolicy {
  readonly workers: number;
  /** Calls that go to a worker in one message. */
  readonly batchSize: number;
  /** Pauses before an attempt is made again after the clock ended one: the host may have been busy (THREATS 28). */
  readonly retryPausesMs: readonly number[];
  /**
   * An attempt in which this whole process got less than half of one processor was starved by the host and proves nothing: it is made again
   * without counting, for this long in all.
   */
  readonly starvedPatienceMs: number;
  /** A script that has to be stopped this often within `strikeWindowMs` is suspended for `suspendMs`. */
  readonly strikes: number;
  readonly strikeWindowMs: number;
  readonly suspendMs: number;
}

export const DEFAULT_POOL_POLICY: Omit<PoolPolicy, 'workers'> = {
  batchSize: 128,
  retryPausesMs: [50, 250],
  starvedPatienceMs: 5_000,
  strikes: 3,
  strikeWindowMs: 60_000,
  suspendMs: 60_000,
};

import type { SandboxLimits } from './limits.js';

/** Functions that a script may define (TS013; `normalizeUplink` is The Things Stack's). */
export type ScriptFunction = 'decodeUplink' | 'encodeDownlink' | 'decodeDownlink';

/** A script and the name of its text: two revisions never share a context. */
export interface Script {
  readonly revision: string;
  readonly source: string;
}

/** An uplink: port, time of receipt in milliseconds, then the bytes. Half the work of JSON text, which the engine would have to parse. */
export type UplinkNumbers = readonly [fPort: number, recvTime: number, ...bytes: number[]];

/** One call, as the sandbox takes it: text and numbers, because nothing else crosses its border. */
export interface ScriptCall {
  readonly fn: ScriptFunction;
  /** JSON text of the argument, in which `recvTime` in milliseconds becomes a Date inside; or an uplink. */
  readonly input: string | UplinkNumbers;
  /** Also run `normalizeUplink` on what was decoded, when the script has it. */
  readonly normalize?: boolean;
  /** Keep what the script wrote to its console. */
  readonly logs?: boolean;
}

/** Why a call gave no output. */
export interface CallFault {
  readonly code: 'codec-failed' | 'codec-timeout' | 'codec-memory' | 'codec-output' | 'codec-suspended';
  readonly detail: string;
  readonly logs?: readonly string[];
}

/** JSON text of a `CallOutput`, or a fault. */
export type CallAnswer = string | CallFault;

/** What a script returned: whatever it likes, not looked at yet. */
export interface CallOutput {
  readonly output: {
    readonly data?: unknown;
    readonly bytes?: unknown;
    readonly fPort?: unknown;
    readonly errors?: unknown;
    readonly warnings?: unknown;
  };
  /** What `normalizeUplink` returned. */
  readonly normalized?: unknown;
  readonly logs?: readonly string[];
}

/** The script was stopped, by its fault: it ran or grew without end. */
export function wasStopped(answer: CallAnswer): boolean {
  return typeof answer === 'object' && (answer.code === 'codec-timeout' || answer.code === 'codec-memory');
}

/** Parent -> worker. */
export interface BatchMessage {
  readonly script: Script;
  readonly calls: readonly ScriptCall[];
}

/** Worker -> parent. Fewer answers than calls when the script was stopped too often to go on, or the thread has to be replaced. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly answers: readonly CallAnswer[]; readonly outgrown: boolean };

/** What a worker is started with. */
export interface WorkerData {
  readonly limits: SandboxLimits;
  /** QuickJS, compiled. */
  readonly wasm: object;
  /** 32-bit numbers: which call runs, since when (milliseconds of the monotonic clock, cut to 32 bits), batches done. */
  readonly progress: SharedArrayBuffer;
  /** A batch is given back after this many stopped calls. */
  readonly strikes: number;
}

/** Values of the first number of `progress` that are not the index of a call. */
export const IDLE = -2;
export const LOADING = -1;

/** Milliseconds of the clock that all threads share, cut to 32 bits; differences survive the overflow. */
export function monotonicMs32(): number {
  return Number(process.hrtime.bigint() / 1_000_000n) | 0;
}

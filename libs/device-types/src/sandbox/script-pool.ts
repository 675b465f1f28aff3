import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, systemClock } from '#core';
import { DEFAULT_POOL_POLICY, DEFAULT_SANDBOX_LIMITS, type PoolPolicy, type SandboxLimits } from './limits.js';
import { type CallAnswer, type CallFault, type Script, type ScriptCall, wasStopped } from './protocol.js';
import { type BatchOutcome, SandboxThread } from './sandbox-thread.js';
import { Suspensions } from './suspensions.js';
import { ThreadQueue } from './thread-queue.js';
import { quickjsModule, workerProgram } from './worker-program.js';

export interface ScriptPoolOptions {
  readonly limits?: Partial<SandboxLimits>;
  readonly policy?: Partial<PoolPolicy>;
  readonly clock?: Clock;
  /** The program of a worker; for tests that stand in its way. */
  readonly program?: URL;
  /** Processor time that this process has used, in milliseconds; for tests of a host that does not let it run. */
  readonly cpuUsedMs?: () => number;
}

/** A script that hangs inside of the engine keeps a processor busy; a process that got less than this of one was not let run. */
const STARVED_SHARE = 0.5;

/**
 * Runs scripts in a few worker threads, started when they are first needed.
 *
 * - Every attempt ends within the limits. A script that used up its processor budget or its memory is at fault at once: `codec-timeout`,
 *   `codec-memory`. When only the clock ran out, the host may be at fault: the call is tried again, alone, after a pause, and refused as
 *   `codec-timeout` when no attempt succeeds (THREATS 27, 28).
 * - A call that has its thread ended costs its neighbours nothing: they run again.
 * - A script that keeps being stopped is suspended (`codec-suspended`), so that it cannot take the time of the others.
 *
 * Scripts take turns, batch by batch. `run` gives one answer for each call, in order, and throws only when no thread can be started.
 */
export class ScriptPool {
  private readonly limits: SandboxLimits;
  private readonly policy: PoolPolicy;
  private readonly suspensions: Suspensions;
  private readonly queue: ThreadQueue;
  private readonly cpuUsedMs: () => number;

  constructor(options: ScriptPoolOptions = {}) {
    this.limits = { ...DEFAULT_SANDBOX_LIMITS, ...options.limits };
    // One core is left to the path that feeds the pool.
    const workers = Math.max(1, availableParallelism() - 1);
    this.policy = { ...DEFAULT_POOL_POLICY, workers, ...options.policy };
    this.suspensions = new Suspensions(this.policy, options.clock ?? systemClock);
    this.cpuUsedMs = options.cpuUsedMs ?? processCpuMs;
    const program = options.program ?? workerProgram();
    const { limits, policy } = this;
    this.queue = new ThreadQueue(policy.workers, async () => {
      const wasm = await quickjsModule();
      return new SandboxThread({ program, wasm, limits, strikes: policy.strikes });
    });
  }

  async run(script: Script, calls: readonly ScriptCall[]): Promise<CallAnswer[]> {
    const answers = new Array<CallAnswer>(calls.length);
    const batches: Promise<void>[] = [];
    for (let from = 0; from < calls.length; from += this.policy.batchSize) {
      const indices = calls.slice(from, from + this.policy.batchSize).map((_, index) => from + index);
      batches.push(this.runBatch(script, calls, indices, answers));
    }
    await Promise.all(batches);
    return answers;
  }

  close(): Promise<void> {
    return this.queue.close();
  }

  /** Fills `answers` at the indices. */
  private async runBatch(
    script: Script,
    calls: readonly ScriptCall[],
    indices: readonly number[],
    answers: CallAnswer[],
  ): Promise<void> {
    let waiting = [...indices];
    const suspects: number[] = [];
    while (waiting.length > 0) {
      const outcome = await this.attempt(
        script,
        waiting.map((index) => calls[index]!),
      );
      if (Array.isArray(outcome)) {
        outcome.forEach((answer, at) => (answers[waiting[at]!] = answer));
        waiting = waiting.slice(outcome.length);
      } else {
        // While the script itself was being loaded the first call is as good a suspect as any.
        const [suspect] = waiting.splice(Math.max(0, outcome.endedAt), 1);
        suspects.push(suspect!);
        // Whatever stands in the way of all of them is found out with one.
        if (outcome.endedAt < 0) break;
      }
    }
    for (const index of suspects) answers[index] = await this.tryAgain(script, calls[index]!);
    if (waiting.length > 0) await this.runBatch(script, calls, waiting, answers);
  }

  /** A call that was under way when the clock ended its thread, alone. */
  private async tryAgain(script: Script, call: ScriptCall): Promise<CallAnswer> {
    const { retryPausesMs, starvedPatienceMs } = this.policy;
    const patientUntil = performance.now() + starvedPatienceMs;
    let attempts = 1;
    for (let counted = 0; counted < retryPausesMs.length;) {
      await pause(retryPausesMs[counted]);
      const outcome = await this.attempt(script, [call]);
      attempts++;
      if (Array.isArray(outcome)) return outcome[0]!;
      if (!outcome.wasStarved || performance.now() > patientUntil) counted++;
    }
    this.suspensions.strike(script.revision);
    const detail = `${call.fn} was ended after ${this.limits.wallMs} ms, ${attempts} times.`;
    return { code: 'codec-timeout', detail };
  }

  /** One message to one thread: its answers, at least one, or where it was ended. */
  private async attempt(
    script: Script,
    calls: readonly ScriptCall[],
  ): Promise<CallAnswer[] | (Extract<BatchOutcome, { endedAt: number }> & { readonly wasStarved: boolean })> {
    let wasStarved = false;
    const outcome = await this.queue.run(script.revision, async (thread) => {
      const left = this.suspensions.remaining(script.revision);
      if (left > 0) return { answers: calls.map(() => suspended(left)) };
      const [startedAt, usedBefore] = [performance.now(), this.cpuUsedMs()];
      const ended = await thread.run({ script, calls });
      wasStarved = this.cpuUsedMs() - usedBefore < STARVED_SHARE * (performance.now() - startedAt);
      return ended;
    });
    if (!('answers' in outcome)) return { ...outcome, wasStarved };
    for (const answer of outcome.answers) if (wasStopped(answer)) this.suspensions.strike(script.revision);
    return [...outcome.answers];
  }
}

function suspended(leftMs: number): CallFault {
  const seconds = Math.ceil(leftMs / 1000);
  return { code: 'codec-suspended', detail: `The script had to be stopped repeatedly; it runs again in ${seconds} s.` };
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

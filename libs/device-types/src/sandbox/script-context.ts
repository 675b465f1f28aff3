import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten-core';
import { installBufferGlobal } from './guest/buffer-global.js';
import { guestDispatcher, type GuestFault } from './guest/dispatcher.js';
import { installTextGlobals } from './guest/text-globals.js';
import type { SandboxLimits } from './limits.js';
import { type CallAnswer, type CallFault, type Script, type ScriptCall, wasStopped } from './protocol.js';

/** The functions that a script may define, looked for once its text has run; `typeof` also finds those declared with `let`. */
const FUNCTIONS = [
  'decodeUplink',
  'normalizeUplink',
  'encodeDownlink',
  'decodeDownlink',
  'Decoder',
  'Decode',
  'Encoder',
  'Encode',
];
const CASES = FUNCTIONS.map((name) => `case '${name}': return typeof ${name} === 'undefined' ? undefined : ${name};`);

/** The dispatcher writes a fault first, and an output first when there is none. */
function faultOf(text: string): CallFault {
  const { fault, detail, logs } = JSON.parse(text) as GuestFault;
  return { code: fault, detail, ...(logs === undefined ? {} : { logs }) };
}

/** How an evaluation ended when it was not by its own means. */
type Stopped = { readonly stopped: 'codec-timeout' | 'codec-memory' };

/** Uplinks that were taken into the engine together. */
interface Batch {
  readonly calls: readonly ScriptCall[];
  /** Of each call, where its numbers begin. */
  readonly starts: readonly number[];
  readonly numbers: QuickJSHandle;
}

/**
 * A QuickJS runtime of its own with one script in it, kept warm. No function of the host is reachable from inside: text and
 * numbers go in, text comes out.
 *
 * The text of the script is compiled once, as the body of a function, and run for every call: variables of its top level start afresh, so
 * that nothing of one device's payload shows up in another's reading. What stays until the context is thrown away are changes that a script
 * makes to built-in objects (a polyfill on `String.prototype`); they are seen by no other script.
 */
export class ScriptContext {
  private readonly runtime: QuickJSRuntime;
  private readonly context: QuickJSContext;
  private call: QuickJSHandle | null = null;
  private batch: Batch | null = null;
  private turns = 0;
  /** Why the script cannot be used at all; the same for every call. */
  private fault: CallFault | null = null;

  constructor(
    quickjs: QuickJSWASMModule,
    script: Script,
    private readonly limits: SandboxLimits,
  ) {
    this.runtime = quickjs.newRuntime();
    this.runtime.setMemoryLimit(limits.memoryBytes);
    this.runtime.setMaxStackSize(limits.stackBytes);
    this.runtime.setInterruptHandler(() => ++this.turns > limits.cpuBudget);
    this.context = this.runtime.newContext();
    this.fault = this.load(script);
  }

  /** Whether the context is of no further use: its script was stopped half-way, or left work behind. */
  get spent(): boolean {
    return this.fault === null && this.call === null;
  }

  /** One call of a batch, of which the uplinks are taken inside together. */
  run(calls: readonly ScriptCall[], index: number): CallAnswer {
    const { fn, input, normalize = false, logs = false } = calls[index]!;
    if (this.fault !== null) return this.fault;
    if (this.call === null) return { code: 'codec-failed', detail: 'The context of the script was closed.' };
    const { context } = this;
    this.turns = 0;
    const scope: QuickJSHandle[] = [context.newString(fn)];
    try {
      let given: QuickJSHandle;
      let start = context.undefined;
      if (typeof input === 'string') scope.push((given = context.newString(input)));
      else {
        const batch = this.batchOf(calls);
        given = batch.numbers;
        scope.push((start = context.newNumber(batch.starts[index]!)));
      }
      const result = context.callFunction(this.call, context.undefined, [
        scope[0]!,
        given,
        start,
        normalize ? context.true : context.false,
        logs ? context.true : context.false,
      ]);
      if (result.error !== undefined) return this.stop(this.why(result.error), fn);
      const text = result.value.consume((handle) => context.getString(handle));
      // There was no room left to hand the text over.
      if (text === '') return this.stop({ stopped: 'codec-memory' }, fn);
      const answer = text.startsWith('{"fault":') ? faultOf(text) : text;
      // A promise that a script left behind would be run by nobody and only take room.
      if (wasStopped(answer) || this.runtime.hasPendingJob()) this.drop();
      return answer;
    } finally {
      for (const handle of scope) handle.dispose();
    }
  }

  dispose(): void {
    this.drop();
    this.context.dispose();
    this.runtime.dispose();
  }

  private load({ source }: Script): CallFault | null {
    if (source.length > this.limits.maxSourceChars)
      return { code: 'codec-failed', detail: `The script is longer than ${this.limits.maxSourceChars} characters.` };
    const { context } = this;
    for (const install of [installTextGlobals, installBufferGlobal])
      context.unwrapResult(context.evalCode(`(${install.toString()})()`, 'sandbox.js')).dispose();
    // On the first line, so that line numbers in messages are those of the script; after a line break, in case it ends in a comment.
    const compiled = context.evalCode(
      `(function () {${source}\n;return function (name) { switch (name) { ${CASES.join(' ')} } };})`,
      'codec.js',
    );
    if (compiled.error !== undefined) return this.stop(this.why(compiled.error), 'The script');
    const dispatcher = context.unwrapResult(context.evalCode(`(${guestDispatcher.toString()})`, 'sandbox.js'));
    const options = context.newObject();
    context.newNumber(this.limits.maxOutputChars).consume((value) => context.setProp(options, 'maxOutputChars', value));
    this.call = context.unwrapResult(context.callFunction(dispatcher, context.undefined, [compiled.value, options]));
    for (const handle of [dispatcher, options, compiled.value]) handle.dispose();
    return null;
  }

  private batchOf(calls: readonly ScriptCall[]): Batch {
    if (this.batch?.calls === calls) return this.batch;
    this.batch?.numbers.dispose();
    const numbers: number[] = [];
    const starts = calls.map(({ input }) => {
      const start = numbers.length;
      if (typeof input !== 'string') numbers.push(input.length, ...input);
      return start;
    });
    return (this.batch = { calls, starts, numbers: this.context.newArrayBuffer(Float64Array.from(numbers).buffer) });
  }

  /** Consumes the error. */
  private why(error: QuickJSHandle): Stopped | string {
    const shown = error.consume((handle) => this.context.dump(handle) as unknown);
    if (this.turns > this.limits.cpuBudget) return { stopped: 'codec-timeout' };
    const { name, message } = (typeof shown === 'object' && shown !== null ? shown : { message: String(shown) }) as {
      name?: string;
      message?: string;
    };
    // With no room left for the error itself, QuickJS throws null; the dispatcher lets no null of a script pass.
    if (message === 'out of memory' || shown === null) return { stopped: 'codec-memory' };
    return `${name ?? 'Error'}: ${message ?? ''}`.slice(0, 300);
  }

  /** The context is closed: who knows in what state the script was. */
  private stop(why: Stopped | string, what: string): CallFault {
    this.drop();
    if (typeof why === 'string') return { code: 'codec-failed', detail: why };
    if (why.stopped === 'codec-timeout') return { code: 'codec-timeout', detail: `${what} does not come to an end.` };
    return { code: 'codec-memory', detail: `${what} needs more memory than a script may use.` };
  }

  private drop(): void {
    this.call?.dispose();
    this.batch?.numbers.dispose();
    this.call = this.batch = null;
  }
}

import { parentPort, workerData } from 'node:worker_threads';
import release from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import {
  type BatchMessage,
  type CallAnswer,
  IDLE,
  LOADING,
  monotonicMs32,
  type Script,
  wasStopped,
  type WorkerData,
  type WorkerMessage,
} from './protocol.js';
import { ScriptContext } from './script-context.js';

/** The program of a worker thread: runs batches of calls and notes which call it is at, for the parent that watches it. */

/** Scripts kept warm. The least recently used one makes room. */
const MAX_CONTEXTS = 32;

const { limits, wasm, progress, strikes } = workerData as WorkerData;
const marks = new Int32Array(progress);
const contexts = new Map<string, ScriptContext>();
// QuickJS asks the thread for its time zone. Scripts get UTC, as from network servers: what they return may not depend on the host.
Date.prototype.getTimezoneOffset = () => 0;
const quickjs: QuickJSWASMModule = await newQuickJSWASMModuleFromVariant(
  // Its declarations describe the CommonJS file; what is imported is the module, whose default is the variant itself.
  newVariant(release as unknown as QuickJSSyncVariant, { wasmModule: wasm as never }),
);

function mark(call: number): void {
  Atomics.store(marks, 1, monotonicMs32());
  Atomics.store(marks, 0, call);
}

function contextOf(script: Script): ScriptContext {
  let context = contexts.get(script.revision);
  if (context === undefined) {
    for (const [oldest, old] of contexts) {
      if (contexts.size < MAX_CONTEXTS) break;
      old.dispose();
      contexts.delete(oldest);
    }
    context = new ScriptContext(quickjs, script, limits);
  } else contexts.delete(script.revision);
  contexts.set(script.revision, context);
  return context;
}

/** A memory of WebAssembly never becomes smaller: only another thread has a small one. */
function outgrown(): boolean {
  return quickjs.getWasmMemory().buffer.byteLength > limits.engineBytes;
}

function run({ script, calls }: BatchMessage): CallAnswer[] {
  const answers: CallAnswer[] = [];
  let stopped = 0;
  mark(LOADING);
  let context = contextOf(script);
  for (let index = 0; index < calls.length; index++) {
    mark(index);
    const answer = context.run(calls, index);
    answers.push(answer);
    if (context.spent) {
      context.dispose();
      contexts.delete(script.revision);
      if (index + 1 < calls.length) {
        mark(LOADING);
        context = contextOf(script);
      }
    }
    if ((wasStopped(answer) && ++stopped >= strikes) || outgrown()) break;
  }
  return answers;
}

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (batch: BatchMessage) => {
  const answers = run(batch);
  mark(IDLE);
  Atomics.add(marks, 2, 1);
  send({ type: 'done', answers, outgrown: outgrown() });
});
send({ type: 'ready' });

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * Where the program of a worker is. The emitted one lies beside this file. When this file is itself a source, as in the tests, a loader of the
 * tests has to translate the sources in the new thread.
 */
export function workerProgram(here = import.meta.url): URL {
  return here.endsWith('.ts') ? new URL('../../test/worker-from-source.mjs', here) : new URL('./worker.js', here);
}

/** A compiled WebAssembly module. Its own type is declared only for browsers. */
export type CompiledModule = object;

declare const WebAssembly: { compile(bytes: Uint8Array): Promise<CompiledModule> };

let compiled: Promise<CompiledModule> | undefined;

/** QuickJS, compiled once for all threads of the process: a thread that replaces an ended one starts in a fraction of the time. */
export function quickjsModule(): Promise<CompiledModule> {
  compiled ??= WebAssembly.compile(
    readFileSync(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')),
  );
  return compiled;
}

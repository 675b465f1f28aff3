/** Starts the program of a worker from its TypeScript source, for tests, which run before anything is emitted. */
import '../../journal/test/typescript.mjs';

await import('../src/sandbox/worker.ts');

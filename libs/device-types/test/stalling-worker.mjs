/**
 * A worker whose host has no time for it: the first messages of the process's threads are picked up and then nothing happens, as when
 * other processes hold the processor. How many is in the environment data, shared by all threads.
 */
import { getEnvironmentData, parentPort } from 'node:worker_threads';

const stalls = new Int32Array(getEnvironmentData('stalls'));
const never = new Int32Array(new SharedArrayBuffer(4));

parentPort.on('message', () => {
  if (Atomics.sub(stalls, 0, 1) > 0) Atomics.wait(never, 0, 0, 5_000);
});

await import('./worker-from-source.mjs');

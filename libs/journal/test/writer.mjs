/**
 * A journal writer for tests that kill it. `node writer.mjs <directory> [messages]`: prints `open`, then `ack <n>` as each
 * message becomes durable, `state <condition>` when that changes, and `error <code>` when opening fails.
 */
import { writeSync } from 'node:fs';
import { openJournal } from '../src/lmdb/index.ts';

const [directory, messages = 'Infinity', bytes = '200'] = process.argv.slice(2);

/** Synchronous, so that what was said survives kill -9; the pipe may be full while the test is busy. */
function say(line) {
  for (let rest = Buffer.from(`${line}\n`); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

const journal = await openJournal(directory, { onFatal: () => process.exit(70) }).catch((error) => {
  say(`error ${error.code}`);
  process.exit(1);
});
say('open');

let condition = 'writable';
setInterval(() => {
  const now = journal.state().condition;
  if (now !== condition) say(`state ${(condition = now)}`);
}, 20);

let next = journal.state().nextSequence;
let inFlight = 0;
setInterval(() => {
  for (; inFlight < 50 && next < Number(messages); next++, inFlight++) {
    const n = next;
    const payload = Buffer.alloc(Number(bytes), `message ${n} `);
    journal.append({ source: `device-${n % 7}`, topic: `t/${n % 7}`, payload, receivedAt: Date.now() }, (error) => {
      inFlight--;
      if (error === null) say(`ack ${n}`);
    });
  }
}, 1);

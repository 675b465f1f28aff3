import { randomBytes } from 'node:crypto';
import type { LoadCommand, LoadReport } from './load-messages.js';
import type { Credentials } from './mqtt-wire.js';
import { Publisher } from './publisher.js';

/** The load generator, in a process of its own: see `load-generator.ts`. */

const CONNECTING_AT_ONCE = 200;
const PACE_MS = 2;
const ACKNOWLEDGEMENT_TIMEOUT_MS = 30_000;

let publishers: Publisher[] = [];
let running: {
  rate: number | null;
  startedAt: number;
  before: number;
  cpu: NodeJS.CpuUsage;
  pace: NodeJS.Timeout | null;
} | null = null;

const report = (message: LoadReport): void => void process.send!(message);
const fail = (error: unknown): void =>
  report({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
const total = (of: (publisher: Publisher) => number): number =>
  publishers.reduce((sum, publisher) => sum + of(publisher), 0);
const acknowledged = (): number => total((publisher) => publisher.acknowledged);

process.on('uncaughtException', (error) => {
  fail(error);
  process.exit(1);
});
process.on('disconnect', () => process.exit(0));
process.on('message', (command: LoadCommand) => {
  if (command.type === 'connect') connectAll(command.port, command.publishers, command.window).catch(fail);
  else if (command.type === 'run') run(command.rate);
  else stop().catch(fail);
});

async function connectAll(port: number, credentials: readonly Credentials[], window: number): Promise<void> {
  const started = performance.now();
  const boot = randomBytes(4).toString('hex');
  const onAcknowledged = (publisher: Publisher): void => {
    if (running !== null && running.rate === null) publisher.send(window);
  };
  for (let i = 0; i < credentials.length; i += CONNECTING_AT_ONCE) {
    const some = credentials.slice(i, i + CONNECTING_AT_ONCE);
    publishers.push(
      ...(await Promise.all(
        some.map((one) => Publisher.open(port, one, { window, boot, onAcknowledged, onClosed: fail })),
      )),
    );
  }
  report({ type: 'connected', ms: performance.now() - started });
}

function run(rate: number | null): void {
  running = { rate, startedAt: Date.now(), before: acknowledged(), cpu: process.cpuUsage(), pace: null };
  if (rate === null) for (const publisher of publishers) publisher.send(Infinity);
  else running.pace = pace(rate);
}

/** Sends what is due, in turn over all publishers, so that the load is even however late the timer fires. */
function pace(rate: number): NodeJS.Timeout {
  const started = performance.now();
  let sent = 0;
  let turn = 0;
  return setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    for (let tried = 0; sent < due && tried < publishers.length; tried++) {
      sent += publishers[turn++ % publishers.length]!.send(Math.ceil((due - sent) / publishers.length));
    }
  }, PACE_MS);
}

async function stop(): Promise<void> {
  const run = running;
  running = null;
  if (run === null) throw new Error('nothing is running');
  if (run.pace !== null) clearInterval(run.pace);
  const sent = total((publisher) => publisher.sent);
  const deadline = performance.now() + ACKNOWLEDGEMENT_TIMEOUT_MS;
  while (acknowledged() < sent) {
    if (performance.now() > deadline) throw new Error(`${sent - acknowledged()} messages were never acknowledged`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { user, system } = process.cpuUsage(run.cpu);
  const ms = Date.now() - run.startedAt;
  report({
    type: 'stopped',
    messages: acknowledged() - run.before,
    ms,
    startedAt: run.startedAt,
    cpuMs: (user + system) / 1000,
  });
}

process.once('exit', () => {
  for (const publisher of publishers) publisher.close();
  publishers = [];
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { PATIENCE_MS, until } from '#core/testing';
import { registerLamppost } from '../acceptance/device-client.js';
import { startPlatform, type Platform } from '../acceptance/platform.js';
import { readAcknowledgedList } from './acknowledged-list.js';
import { Killer, SERVICES } from './killer.js';
import type { Device } from './messages.js';
import { Publishers } from './publishers.js';
import { randomFrom } from './random.js';
import { reconcile, type Findings } from './reconcile.js';
import { REPLAYS_PER_SECOND, ReplayUnderKills } from './replay-under-kills.js';

/**
 * T22: `kill -9` of each process in a random loop under load. Nothing that was acknowledged may be missing, doubled or
 * unaccounted at the end. `docs/kill-test.md` tells how this test was tested.
 */

const DEVICES = 40;
const MESSAGES_BETWEEN_KILLS = 300;
/** After this long without load the next kill comes all the same: two services down at once is a case too. */
const LOAD_TIMEOUT_MS = 4_000;
const SETTLE_TIMEOUT_MS = 300_000;
const DRAIN_TIMEOUT_MS = 300_000;

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number');
  return value;
};

const options = new Command('test:kill')
  .description(
    'Kills processes of the platform at random under load and compares what was acknowledged with what is stored.',
  )
  .option('--kills <n>', 'how many', wholeNumber, 40)
  .option('--seed <n>', 'decides which and when; printed, to repeat a run', wholeNumber, Date.now() % 1_000_000)
  .option('--rate <n>', 'messages a second', wholeNumber, 1_500)
  .option('--keep', 'keep the data directory', false)
  .parse()
  .opts<{ kills: number; seed: number; rate: number; keep: boolean }>();

const say = (line: string): void => console.log(line);

process.exit(await main());

async function main(): Promise<number> {
  say(`kill test: ${options.kills} kills, seed ${options.seed}, ${options.rate} messages/s`);
  const directory = mkdtempSync(join(tmpdir(), 'lamplighter-kill-'));
  const platform = await startPlatform({
    dataDirectory: join(directory, 'data'),
    environment: { LAMPLIGHTER_REPLAYS_PER_SECOND: String(REPLAYS_PER_SECOND) },
  });
  let publishers: Publishers | null = null;
  try {
    const fleet = await registerFleet(platform);
    const replay = await ReplayUnderKills.start(platform);
    const list = join(directory, 'acknowledged.list');
    publishers = new Publishers({
      port: platform.mqttPort,
      fleet,
      list,
      seed: options.seed,
      messagesPerSecond: options.rate,
    });
    await killAtRandom(platform, publishers);
    await publishers.settle(SETTLE_TIMEOUT_MS);
    say(`settled: ${publishers.sent} messages sent, ${publishers.acknowledged} acknowledged`);
    const replayed = await replay.findings();
    const undrained = await drain(platform);
    const differences = await reconcile(platform, readAcknowledgedList(list));
    return verdict([...undrained, ...differences, ...replayed, ...(await checkAlarms(platform, fleet))], directory);
  } catch (error) {
    return verdict([`the run could not be finished: ${(error as Error).stack}`, lastLines(platform)], directory);
  } finally {
    publishers?.close();
    await platform.stop();
    if (!options.keep && process.exitCode === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

async function registerFleet(platform: Platform): Promise<Device[]> {
  const ids = Array.from({ length: DEVICES }, (_, n) => `KT${String(n).padStart(4, '0')}`);
  return Promise.all(ids.map(async (id) => ({ id, access: await registerLamppost(platform, id) })));
}

async function killAtRandom(platform: Platform, publishers: Publishers): Promise<void> {
  const killer = new Killer(platform.dataDirectory, randomFrom(options.seed));
  await until(
    'the first thousand PUBACKs',
    () => publishers.acknowledged,
    (count) => count > 1_000,
    { withinMs: 4 * PATIENCE_MS },
  );
  const counts = new Map<string, number>(SERVICES.map((service) => [service, 0]));
  for (let n = 1; n <= options.kills; n++) {
    await underLoad(publishers);
    const { service, pid } = await killer.killOne();
    counts.set(service, counts.get(service)! + 1);
    publishers.check();
    say(
      `kill ${n} of ${options.kills}: ${service} (${pid}); ${publishers.acknowledged} of ${publishers.sent} acknowledged`,
    );
  }
  say([...counts].map(([service, count]) => `${service} ${count}`).join(', '));
  await killer.allReturned();
  await until(
    'the platform to be ready',
    async () => (await ask(platform, '/health/ready'))?.status ?? 0,
    (status) => status === 200,
    { withinMs: 4 * PATIENCE_MS },
  );
}

/** Most kills hit a platform that works; without waiting, one service that starts slowly would leave the others nothing to lose. */
async function underLoad(publishers: Publishers): Promise<void> {
  const before = publishers.acknowledged;
  const deadline = performance.now() + LOAD_TIMEOUT_MS;
  while (publishers.acknowledged < before + MESSAGES_BETWEEN_KILLS && performance.now() < deadline) await sleep(50);
}

/** A drain that never ends is a finding, and the comparison then says what is missing. */
async function drain(platform: Platform): Promise<Findings> {
  try {
    await until(
      'an empty backlog',
      async () => (await ask(platform, '/v1/ledger'))?.body as { backlog: number } | undefined,
      (ledger) => ledger?.backlog === 0,
      { withinMs: DRAIN_TIMEOUT_MS },
    );
    return [];
  } catch (error) {
    return [`the backlog is not worked off: ${(error as Error).message}`];
  }
}

/** The last messages left every second device above its limit: its alarm is active, and nobody else's. */
async function checkAlarms(platform: Platform, fleet: readonly Device[]): Promise<Findings> {
  const expected = fleet.filter((_, n) => n % 2 === 0).map(({ id }) => id);
  const active = async (): Promise<string[]> => {
    const answer = await ask(platform, '/v1/alarms?active=true&limit=500');
    return ((answer?.body as { alarms?: { device: string }[] } | undefined)?.alarms ?? [])
      .map(({ device }) => device)
      .sort();
  };
  try {
    await until('the alarms of every second device', active, (devices) => devices.join() === expected.join(), {
      withinMs: 4 * PATIENCE_MS,
    });
    return [];
  } catch {
    return [`alarms are active for ${(await active()).join(', ')}; expected ${expected.join(', ')}`];
  }
}

/** Null when the API does not answer, which it need not while it is being killed. */
async function ask(platform: Platform, path: string): Promise<{ status: number; body: unknown } | null> {
  return platform.request('GET', path).catch(() => null);
}

function verdict(findings: Findings, directory: string): number {
  if (findings.length === 0) {
    say('Everything that was acknowledged is there, once, and the ledger balances.');
    return 0;
  }
  console.error(`\n${findings.length} FINDINGS (seed ${options.seed})`);
  for (const finding of findings.slice(0, 40)) console.error(`  ${finding}`);
  console.error(`The data is kept in ${directory}`);
  process.exitCode = 1;
  return 1;
}

function lastLines(platform: Platform): string {
  return `the last that the platform said:\n${platform.output().split('\n').slice(-30).join('\n')}`;
}

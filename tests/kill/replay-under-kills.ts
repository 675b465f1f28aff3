import { randomUUID } from 'node:crypto';
import { SimulatedChirpStack } from '../network-servers/chirpstack.server.js';
import { PATIENCE_MS, until } from '#core/testing';
import type { Platform } from '../acceptance/platform.js';
import { PLACE } from '../acceptance/device-client.js';
import type { Findings } from './reconcile.js';

const SERVER = 'kill-gwin';
const DEVICE = 'KTLATE';
const DEV_EUI = '70b3d57ed0000001';
const LETTERS = 1_200;
const WINDOW = 50;
/** So that the job lasts as long as a short run of kills. */
export const REPLAYS_PER_SECOND = 60;
const JOB_TIMEOUT_MS = 120_000;
const LETTER_PAGE = 1_000;

interface Job {
  readonly id: string;
  readonly state: string;
  readonly stored: number;
  readonly refusedAgain: number;
}

/** A device that is registered after it was heard: its messages are dead letters, and a job replays them while services are killed. */
export class ReplayUnderKills {
  private constructor(
    private readonly platform: Platform,
    private readonly job: string,
    private readonly from: number,
  ) {}

  static async start(platform: Platform): Promise<ReplayUnderKills> {
    const made = await platform.request('POST', '/v1/network-servers', { id: SERVER, type: 'chirpstack' });
    if (made.status !== 201) throw new Error(`the network server answered ${made.status}`);
    const from = Date.now() - 600_000;
    await hear(platform, made.body.key as string, from);
    await until(
      'every letter to be kept',
      () => lettersOf(platform, 'true'),
      (letters) => letters.length === LETTERS,
      { withinMs: 4 * PATIENCE_MS },
    );
    const device = { id: DEVICE, kind: 'lpwan-node', department: 'emsd', devEui: DEV_EUI, ...PLACE };
    const registered = await platform.request('POST', '/v1/devices', device);
    if (registered.status !== 201) throw new Error(`the registration answered ${registered.status}`);
    const { status, body } = await platform.request('POST', '/v1/dead-letters/replay', { source: SERVER });
    if (status !== 202) throw new Error(`the replay answered ${status}`);
    return new ReplayUnderKills(platform, (body as Job).id, from);
  }

  /** Waits for its end; what of it broke the promise. Every letter ends as stored, once, with its time and value. */
  async findings(): Promise<Findings> {
    const path = `/v1/dead-letters/replays/${this.job}`;
    const job = await until(
      'the replay to end',
      async () => (await this.platform.request('GET', path).catch(() => null))?.body as Job | undefined,
      (each) => each !== undefined && ['done', 'failed', 'cancelled'].includes(each.state),
      { withinMs: JOB_TIMEOUT_MS },
    );
    const findings: Findings = [];
    if (job?.state !== 'done' || job.stored !== LETTERS) findings.push(`the replay ended as ${JSON.stringify(job)}`);
    const [open, all] = [await lettersOf(this.platform, 'true'), await lettersOf(this.platform)];
    if (open.length > 0) findings.push(`${open.length} letters are open after their replay`);
    if (all.length !== LETTERS) findings.push(`${LETTERS} letters have become ${all.length}`);
    const unsettled = all.filter(
      ({ resolution }) => resolution?.outcome !== 'stored' || resolution.replay !== this.job,
    );
    if (unsettled.length > 0) findings.push(`${unsettled.length} letters were not resolved as stored by the job`);
    return [...findings, ...(await this.compareReadings())];
  }

  private async compareReadings(): Promise<Findings> {
    const query = `metric=temperature&from=${new Date(this.from).toISOString()}&limit=50000`;
    const { body } = await this.platform.request('GET', `/v1/devices/${DEVICE}/readings?${query}`);
    const stored = new Map<number, number[]>();
    for (const { time, value } of (body as { readings: { time: string; value: number }[] }).readings)
      stored.set(Date.parse(time), [...(stored.get(Date.parse(time)) ?? []), value]);
    const findings: Findings = [];
    for (let i = 0; i < LETTERS; i++) {
      const values = stored.get(this.from + i * 100) ?? [];
      if (values.length !== 1 || Math.abs(values[0]! - temperatureOf(i)) > 1e-6)
        findings.push(`letter ${i} was replayed and is stored as ${JSON.stringify(values)}`);
    }
    if (stored.size > LETTERS) findings.push(`${stored.size - LETTERS} readings were never sent`);
    return findings.slice(0, 10);
  }
}

const temperatureOf = (i: number): number => (i % 400) / 10;

/** All of them acknowledged: they are published before the first kill. */
async function hear(platform: Platform, key: string, from: number): Promise<void> {
  const url = `mqtt://127.0.0.1:${platform.mqttPort}`;
  // The broker follows the registry about once a second.
  let server: SimulatedChirpStack | null = null;
  await until(
    'the network server to be let in',
    async () => (server = await SimulatedChirpStack.connect({ url, id: SERVER, key }).catch(() => null)),
    (connected) => connected !== null,
    { withinMs: 4 * PATIENCE_MS },
  );
  const application = randomUUID();
  for (let i = 0; i < LETTERS; i += WINDOW) {
    const some = Array.from({ length: Math.min(WINDOW, LETTERS - i) }, (_, n) => i + n);
    const uplink = (n: number) => ({ fCnt: n, object: { temperature: temperatureOf(n) }, at: from + n * 100 });
    await Promise.all(some.map((n) => server!.uplink(application, { devEui: DEV_EUI }, uplink(n))));
  }
  await server!.close();
}

async function lettersOf(
  platform: Platform,
  open?: string,
): Promise<{ resolution: { outcome: string; replay: string } | null }[]> {
  const letters = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = new URLSearchParams({ source: SERVER, limit: String(LETTER_PAGE) });
    if (open !== undefined) query.set('open', open);
    if (cursor !== '') query.set('cursor', cursor);
    const { body } = await platform.request('GET', `/v1/dead-letters?${query}`);
    const page = body as {
      deadLetters: { resolution: { outcome: string; replay: string } | null }[];
      next: string | null;
    };
    letters.push(...page.deadLetters);
    cursor = page.next;
  }
  return letters;
}

import { LamplighterError } from '#core';
import { lamppost } from '../../apps/api/test/harness.js';
import { keyFor } from '../../apps/api/test/keys.js';
import { telemetryTopic } from '../../apps/ingest/src/testing/ingest-rig.js';
import { QuarantineRig } from './quarantine-rig.js';

/** What becomes of a replay that meets trouble, and of those behind it. */
describe('replays in trouble', () => {
  let rig: QuarantineRig;
  afterEach(() => rig.close());

  /** Messages of a device that is not registered yet. */
  const refuse = async (device: string, count: number): Promise<void> => {
    const one = (i: number) => ({ ts: Date.now() - 60_000 + i, boot: 'a', seq: i, values: { temperature: 20 } });
    await Promise.all(
      Array.from({ length: count }, (_, i) => rig.ingest.append(device, telemetryTopic(device), one(i))),
    );
    await rig.ingest.drained();
  };
  const register = (device: string) => rig.api.ask('POST', '/v1/devices', { body: lamppost(device) });
  const troubleOf = (device: string, error: Error) => {
    rig.bus.beforeReplay = (_count, source) => (source === device ? Promise.reject(error) : undefined);
  };
  const retry = (id: string, as?: string) =>
    rig.api.ask('POST', `/v1/dead-letters/replays/${id}/retry`, as === undefined ? {} : { as });

  it('fail with the reason when it will not pass, let later ones go on, and go on where they were when they are retried', async () => {
    rig = await QuarantineRig.open();
    await refuse('L1', 130);
    await refuse('L2', 5);
    await register('L1');
    await register('L2');
    const broken = new Error('connect ECONNREFUSED secret-host.internal');
    // The first page passes.
    rig.bus.beforeReplay = (count, source) => (source === 'L1' && count > 110 ? Promise.reject(broken) : undefined);
    const job = await rig.replay({ device: 'L1' });
    const later = await rig.replay({ device: 'L2' });
    expect(await rig.finished(later.id)).toMatchObject({ state: 'done', stored: 5, trouble: null });
    const failed = await rig.until(job.id, ({ state, stored }) => state === 'failed' && stored === 110);
    expect(failed).toMatchObject({ published: 100, trouble: { code: 'replay-failed', nextTryAt: null } });
    expect(failed.finishedAt).not.toBeNull();
    expect(failed.trouble.remedy).toMatch(/retry the replay/);
    // What a driver says stays in the log (THREATS 37).
    expect(JSON.stringify(failed)).not.toContain('secret-host');

    rig.bus.beforeReplay = () => undefined;
    expect((await retry(job.id, await keyFor(rig.api, 'viewer', null))).status).toBe(403);
    expect((await retry(job.id, await keyFor(rig.api, 'engineer', ['hyd']))).status).toBe(404);
    expect((await retry(job.id)).body).toMatchObject({ state: 'waiting', trouble: null, finishedAt: null });
    expect(await rig.finished(job.id)).toMatchObject({ state: 'done', stored: 130, duplicates: 0, refusedAgain: 0 });
    expect((await retry(job.id)).body).toMatchObject({ code: 'conflict' });
    expect(await rig.ingest.values('L1')).toHaveLength(130);
    expect(await rig.ledger()).toMatchObject({ openDeadLetters: 0, unaccounted: 0 });
    const audit = await rig.ingest.registry.audit.list({ subject: job.id, limit: 5 });
    expect(audit.map(({ action }) => action)).toEqual(['replay-retried', 'replay-started']);
  });

  it('wait when it may pass, longer each time, and do not hold up others', async () => {
    rig = await QuarantineRig.open();
    await refuse('L1', 5);
    await refuse('L2', 5);
    await register('L1');
    await register('L2');
    troubleOf('L1', new LamplighterError('journal-unwritable', 'broker at 10.0.0.7 refused', { retryable: true }));
    const job = await rig.replay({ device: 'L1' });
    const later = await rig.replay({ device: 'L2' });
    expect(await rig.finished(later.id)).toMatchObject({ state: 'done', stored: 5 });
    const waiting = await rig.until(job.id, ({ state, trouble }) => state === 'waiting' && trouble !== null);
    expect(waiting).toMatchObject({
      state: 'waiting',
      finishedAt: null,
      trouble: { code: 'journal-unwritable', detail: 'The message could not be put on disk; it was not taken.' },
    });
    expect(Date.parse(waiting.trouble.nextTryAt)).toBeGreaterThan(Date.parse(waiting.startedAt));
    await rig.until(job.id, ({ trouble }) => trouble !== null && trouble.nextTryAt > waiting.trouble.nextTryAt);
    rig.bus.beforeReplay = () => undefined;
    expect((await retry(job.id)).status).toBe(200);
    expect(await rig.finished(job.id)).toMatchObject({ state: 'done', stored: 5, trouble: null });
  });

  it('are stopped while they wait', async () => {
    rig = await QuarantineRig.open();
    await refuse('L1', 5);
    troubleOf('L1', new LamplighterError('journal-unwritable', 'away', { retryable: true }));
    const job = await rig.replay({ device: 'L1' });
    await rig.until(job.id, ({ trouble }) => trouble !== null);
    await rig.api.ask('DELETE', `/v1/dead-letters/replays/${job.id}`);
    expect(await rig.finished(job.id)).toMatchObject({ state: 'cancelled', published: 0 });
  });

  it('give way to those of another department after their turn', async () => {
    rig = await QuarantineRig.open({ replaysPerSecond: 30 });
    await register('L1');
    await rig.api.ask('POST', '/v1/devices', { body: lamppost('E1', { department: 'epd' }) });
    const wrong = (device: string, count: number) =>
      Array.from({ length: count }, (_, seq) =>
        rig.ingest.append(device, telemetryTopic(device), { seq, values: { temperature: 'warm' } }),
      );
    await Promise.all([...wrong('L1', 320), ...wrong('E1', 2)]);
    await rig.ingest.drained();
    const long = await rig.replay({ department: 'hyd', all: true });
    await rig.until(long.id, ({ refusedAgain }) => refusedAgain > 0);
    const short = await rig.replay({ department: 'epd', all: true });
    expect(await rig.finished(short.id)).toMatchObject({ state: 'done' });
    expect((await rig.api.ask('GET', `/v1/dead-letters/replays/${long.id}`)).body).toMatchObject({ finishedAt: null });
    expect(await rig.finished(long.id)).toMatchObject({ state: 'done', total: 320, refusedAgain: 320 });
    expect(await rig.ledger()).toMatchObject({ unaccounted: 0 });
  }, 60_000);
});

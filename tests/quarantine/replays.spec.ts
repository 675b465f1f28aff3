import { LamplighterError } from '#core';
import { lamppost } from '../../apps/api/test/harness.js';
import { keyFor } from '../../apps/api/test/keys.js';
import { telemetryTopic } from '../../apps/ingest/src/testing/ingest-rig.js';
import { QuarantineRig } from './quarantine-rig.js';

const HOUR_MS = 3_600_000;

/** Replay jobs over the API, through the journal and ingest, on the real embedded engines. */
describe('replays', () => {
  let rig: QuarantineRig;
  beforeEach(async () => {
    rig = await QuarantineRig.open();
  });
  afterEach(() => rig.close());

  /** Messages of a device that is not registered, received an hour ago. */
  const refuse = async (device: string, count: number): Promise<number> => {
    const at = Date.now() - HOUR_MS;
    const one = (i: number) => ({ ts: at + i, boot: 'a', seq: i, values: { temperature: 20 } });
    await Promise.all(Array.from({ length: count }, (_, i) => rig.ingest.append(device, telemetryTopic(device), one(i), at))); // prettier-ignore
    await rig.ingest.drained();
    return at;
  };
  const register = async (device: string): Promise<void> => {
    await rig.api.ask('POST', '/v1/devices', { body: lamppost(device) });
  };

  it('store what was refused after the fix, with its times, and the ledger follows', async () => {
    const at = await refuse('L1', 30);
    await refuse('L2', 1);
    expect(await rig.ledger()).toMatchObject({
      deadLetters: { 'unknown-device': 31 },
      openDeadLetters: 31,
      resolvedDeadLetters: 0,
    });
    const groups = await rig.api.ask('GET', '/v1/dead-letters/groups?open=true&by=device');
    expect(groups.body.groups).toMatchObject([
      { key: { device: 'L1' }, letters: 30 },
      { key: { device: 'L2' }, letters: 1 },
    ]);
    await register('L1');
    const job = await rig.replay({ code: 'unknown-device', device: 'L1' });
    expect(job).toMatchObject({ total: 30, filter: { device: 'L1' }, createdBy: 'admin' });
    const done = await rig.finished(job.id);
    expect(done).toMatchObject({
      state: 'done',
      published: 30,
      stored: 30,
      duplicates: 0,
      refusedAgain: 0,
      skipped: 0,
    });
    const values = await rig.ingest.values('L1');
    expect(values.map(([time]) => time)).toEqual(Array.from({ length: 30 }, (_, i) => at + i));
    expect(await rig.ledger()).toEqual({
      journalled: 61,
      stored: 30,
      duplicates: 0,
      deadLetters: { 'unknown-device': 31 },
      openDeadLetters: 1,
      resolvedDeadLetters: 30,
      backlog: 0,
      unaccounted: 0,
    });
    const [letter] = (await rig.api.ask('GET', '/v1/dead-letters?open=false&limit=1')).body.deadLetters;
    expect(letter.resolution).toMatchObject({ outcome: 'stored', replay: job.id });
    expect((await rig.api.ask('GET', `/v1/dead-letters/${letter.id}`)).body).toEqual(letter);
    const audit = await rig.ingest.registry.audit.list({ subject: job.id, limit: 5 });
    expect(audit).toMatchObject([{ actor: 'admin', action: 'replay-started', detail: { total: 30 } }]);
  });

  it('are of one group of letters, whatever it is grouped by, and of those that no kind is known of', async () => {
    await register('L1');
    await rig.ingest.publish('L1', { values: { temperature: 'warm' } });
    await refuse('L2', 3);
    const groupsBy = async (by: string, filter = '') => {
      const { body } = await rig.api.ask('GET', `/v1/dead-letters/groups?open=true&by=${by}${filter}`);
      return body.groups.map(({ key, open }: { key: object; open: number }) => [...Object.values(key), open]);
    };
    expect(await groupsBy('source')).toEqual([['L2', 3], ['L1', 1]]); // prettier-ignore
    expect(await groupsBy('kind,code')).toEqual([[null, 'unknown-device', 3], ['smart-lamppost', 'wrong-type', 1]]); // prettier-ignore
    expect(await groupsBy('device', '&without=kind')).toEqual([['L2', 3]]);
    for (const [filter, total] of [
      [{ without: ['kind'] }, 3],
      [{ source: 'L1' }, 1],
      [{ without: ['device'] }, 0],
    ] as const)
      // prettier-ignore
      expect(await rig.finished((await rig.replay(filter)).id)).toMatchObject({ total, refusedAgain: total, filter });
    const refused = await rig.api.ask('POST', '/v1/dead-letters/replay', { body: { without: ['code'] } });
    expect(refused.body).toMatchObject({ status: 400 });
  });

  it('go on after the API was killed between its pages, without a second effect', async () => {
    await refuse('L1', 250);
    const away = new LamplighterError('journal-unwritable', 'away', { retryable: true });
    // The page is half sent when the process goes: nobody notes where it was.
    rig.bus.beforeReplay = (count) => (count > 150 ? Promise.reject(away) : undefined);
    const job = await rig.replay({ device: 'L1' });
    await rig.until(job.id, ({ refusedAgain }) => refusedAgain >= 140);
    rig.bus.beforeReplay = () => undefined;
    await rig.restartApi();
    const done = await rig.finished(job.id);
    expect(done).toMatchObject({ state: 'done', stored: 0, duplicates: 0, refusedAgain: 250 });
    expect(await rig.ledger()).toMatchObject({ openDeadLetters: 250, resolvedDeadLetters: 250, unaccounted: 0 });
    await register('L1');
    const second = await rig.replay({ device: 'L1' });
    expect(await rig.finished(second.id)).toMatchObject({ total: 250, stored: 250, published: 250 });
    expect(await rig.ingest.values('L1')).toHaveLength(250);
    expect(await rig.ledger()).toMatchObject({ openDeadLetters: 0, unaccounted: 0 });
  });

  it('wait for a broker that does not answer, and for ingest that is down', async () => {
    await refuse('L1', 5);
    await register('L1');
    await rig.ingest.stop();
    const away = new LamplighterError('journal-unwritable', 'away', { retryable: true });
    rig.bus.beforeReplay = (count) => (count <= 3 ? Promise.reject(away) : undefined);
    const job = await rig.replay({ device: 'L1' });
    await rig.until(job.id, ({ published }) => published === 5);
    expect((await rig.api.ask('GET', `/v1/dead-letters/replays/${job.id}`)).body).toMatchObject({ state: 'running', stored: 0 }); // prettier-ignore
    await rig.ingest.start();
    expect(await rig.finished(job.id)).toMatchObject({ stored: 5 });
  });

  it('run one after the other: the second over the same letters has nothing left to send', async () => {
    await refuse('L1', 120);
    await register('L1');
    const jobs = [await rig.replay({ device: 'L1' }), await rig.replay({ all: true })];
    expect(await rig.finished(jobs[1].id)).toMatchObject({ published: 0, stored: 0 });
    expect(await rig.finished(jobs[0].id)).toMatchObject({ published: 120, stored: 120 });
    expect(rig.bus.replayed).toBe(120);
    const { replays } = (await rig.api.ask('GET', '/v1/dead-letters/replays')).body;
    expect(replays.map(({ id }: { id: string }) => id)).toEqual([jobs[1].id, jobs[0].id]);
  });

  it('stop when they are cancelled', async () => {
    await refuse('L1', 300);
    await register('L1');
    let sent = (): void => undefined;
    const first = new Promise<void>((resolve) => (sent = resolve));
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    rig.bus.beforeReplay = (count) => {
      if (count === 1) sent();
      return gate;
    };
    const job = await rig.replay({ device: 'L1' });
    await first;
    expect((await rig.api.ask('DELETE', `/v1/dead-letters/replays/${job.id}`)).status).toBe(200);
    go();
    const done = await rig.finished(job.id);
    expect(done).toMatchObject({ state: 'cancelled', published: 100, stored: 100 });
    expect(await rig.ledger()).toMatchObject({ openDeadLetters: 200, unaccounted: 0 });
  });

  it('are for engineers, within their departments; letters of unknown department for who sees all', async () => {
    await register('L1');
    await rig.ingest.publish('L1', { values: { temperature: 'warm' } });
    await refuse('L2', 2);
    const [viewer, ours, theirs] = [
      await keyFor(rig.api, 'viewer', null),
      await keyFor(rig.api, 'engineer', ['hyd']),
      await keyFor(rig.api, 'engineer', ['epd']),
    ];
    const start = (as: string, body: object) => rig.api.ask('POST', '/v1/dead-letters/replay', { as, body });
    expect((await start(viewer, { all: true })).status).toBe(403);
    expect((await start(ours, {})).status).toBe(400);
    const job = (await start(ours, { all: true })).body;
    expect(job).toMatchObject({ total: 1 });
    expect((await start(theirs, { device: 'L1' })).body).toMatchObject({ total: 0 });
    expect((await start(ours, { department: 'epd', device: 'L1' })).body).toMatchObject({ total: 0 });
    expect((await rig.api.ask('GET', `/v1/dead-letters/replays/${job.id}`, { as: theirs })).status).toBe(404);
    expect((await rig.api.ask('DELETE', `/v1/dead-letters/replays/${job.id}`, { as: theirs })).status).toBe(404);
    expect((await rig.api.ask('GET', `/v1/dead-letters/replays/${job.id}`, { as: ours })).status).toBe(200);
    expect(await rig.finished(job.id)).toMatchObject({ published: 1, refusedAgain: 1 });
  });

  it('refuse letters of which nothing was kept, and leave out those that are damaged', async () => {
    await refuse('L1', 1);
    const rejections = [{ code: 'kind-not-approved', pointer: '', detail: 'Not approved.' }];
    const letter = { sequence: 0, source: 'L9', topic: 't', payload: new Uint8Array(0), receivedAt: 1, device: 'L9', department: 'hyd', kind: 'x', partial: true }; // prettier-ignore
    const corrupt = [{ code: 'journal-corrupt', pointer: '', detail: 'Damaged.' }];
    await rig.ingest.store.commit({
      consumer: 'test',
      readings: [],
      deadLetters: [
        { ...letter, id: '0-1', rejections },
        { ...letter, id: '0-2', source: '', rejections: corrupt },
        {
          ...letter,
          id: '0-3',
          rejections: [{ code: 'bad-json', pointer: '', detail: 'No JSON.' }],
          payload: new Uint8Array(3),
        },
      ],
      outcomes: [],
      position: null,
    });
    await rig.ingest.store.expirePayloads(1_000, null);
    const gone = await rig.api.ask('POST', '/v1/dead-letters/replay', { body: { ids: ['0-3'] } });
    expect(gone).toMatchObject({ status: 409, body: { code: 'not-replayable' } });
    const refused = await rig.api.ask('POST', '/v1/dead-letters/replay', { body: { ids: ['0-1'] } });
    expect(refused).toMatchObject({ status: 409, body: { code: 'not-replayable' } });
    expect(refused.body.detail).toMatch(/withheld/);
    const job = await rig.replay({ device: 'L9' });
    expect(await rig.finished(job.id)).toMatchObject({ total: 3, published: 0, skipped: 3 });
  });
});

import { expect, it } from '@jest/globals';
import type { ContractContext } from './contract-context.contract.js';
import type { NewReplayJob } from './replays.js';

const job = (id: string, parts: Partial<NewReplayJob> = {}): NewReplayJob => ({
  id,
  createdBy: 'admin',
  departments: null,
  filter: { code: 'bad-json' },
  beforeSequence: 100,
  total: 7,
  ...parts,
});

export function replayContract({ registry, another, clock }: ContractContext): void {
  const lease = (runner: string) => ({ runner, leaseMs: 10_000 });

  it('keep what they were asked for', async () => {
    await registry().replays.create(job('a', { departments: ['hyd', "o'k"] }));
    expect(await registry().replays.get('a')).toEqual({
      ...job('a', { departments: ['hyd', "o'k"] }),
      createdAt: clock.time,
      state: 'waiting',
      cancelRequested: false,
      published: 0,
      skipped: 0,
      cursor: null,
      settleBefore: null,
      trouble: null,
      attempts: 0,
      retryAt: null,
      startedAt: null,
      finishedAt: null,
      outcomes: null,
    });
    expect(await registry().replays.get('b')).toBeNull();
  });

  it('run one after the other, for one runner at a time', async () => {
    await registry().replays.create(job('a'));
    clock.time += 1;
    await registry().replays.create(job('b'));
    const other = await another();
    expect(await registry().replays.take(lease('one'))).toMatchObject({ id: 'a', state: 'running' });
    expect(await other.replays.take(lease('two'))).toBeNull();
    clock.time += 1;
    expect(await registry().replays.take(lease('one'))).toMatchObject({ id: 'a', continues: true });
    await registry().replays.finish('a', 'one', { stored: 1, duplicates: 2, deadLetters: 3 });
    expect(await other.replays.take(lease('two'))).toMatchObject({ id: 'b', continues: false });
    expect((await registry().replays.list(10)).map(({ id, state }) => [id, state])).toEqual([
      ['b', 'running'],
      ['a', 'done'],
    ]);
    expect(await registry().replays.get('a')).toMatchObject({
      finishedAt: clock.time,
      outcomes: { stored: 1, duplicates: 2, deadLetters: 3 },
    });
  });

  it('are gone on with by another runner when the lease has ended, where the first one was', async () => {
    await registry().replays.create(job('a'));
    await registry().replays.take(lease('one'));
    clock.time += 5_000;
    const progress = { published: 5, skipped: 1, cursor: 'here', settleBefore: null };
    expect(await registry().replays.advance('a', lease('one'), progress)).toMatchObject(progress);
    clock.time += 9_000;
    expect(await registry().replays.take(lease('two'))).toBeNull();
    clock.time += 1_000;
    expect(await registry().replays.take(lease('two'))).toMatchObject({ ...progress, id: 'a' });
    expect(await registry().replays.advance('a', lease('one'), { ...progress, published: 9 })).toBeNull();
    expect(await registry().replays.finish('a', 'one', { stored: 0, duplicates: 0, deadLetters: 0 })).toBeNull();
    expect(await registry().replays.get('a')).toMatchObject(progress);
  });

  it('are asked to stop, and finish as cancelled', async () => {
    await registry().replays.create(job('a'));
    await registry().replays.take(lease('one'));
    expect(await registry().replays.cancel('a')).toMatchObject({ state: 'running', cancelRequested: true });
    const progress = { published: 1, skipped: 0, cursor: null, settleBefore: null };
    expect(await registry().replays.advance('a', lease('one'), progress)).toMatchObject({ cancelRequested: true });
    const outcomes = { stored: 1, duplicates: 0, deadLetters: 0 };
    expect(await registry().replays.finish('a', 'one', outcomes)).toMatchObject({ state: 'cancelled' });
    expect(await registry().replays.cancel('a')).toMatchObject({ state: 'cancelled', outcomes });
    expect(await registry().replays.cancel('b')).toBeNull();
  });
}

/** How the jobs share the one turn. */
export function replayTurnContract({ registry, another, clock }: ContractContext): void {
  const lease = (runner: string) => ({ runner, leaseMs: 10_000 });
  const trouble = { code: 'store-unavailable', detail: 'The time-series store does not answer.' } as const;
  const done = { stored: 1, duplicates: 0, deadLetters: 0 };
  const take = async (runner = 'one'): Promise<string | undefined> => {
    clock.time += 1;
    return (await registry().replays.take(lease(runner)))?.id;
  };

  it('turns go round between departments, and within one the oldest job comes first', async () => {
    for (const [id, department] of ['hyd', 'hyd', 'epd'].entries()) {
      clock.time += 1;
      await registry().replays.create(job(String(id), { departments: [department] }));
    }
    clock.time += 1;
    await registry().replays.create(job('3'));
    expect([await take(), await take(), await take(), await take(), await take()]).toEqual(['0', '2', '3', '0', '2']);
    await registry().replays.finish('2', 'one', done);
    clock.time += 1;
    expect(await registry().replays.take(lease('one'))).toMatchObject({ id: '3', continues: false });
    // Its department had the turn a moment ago, by a job that is finished.
    await registry().replays.create(job('4', { departments: ['epd'] }));
    expect([await take(), await take(), await take()]).toEqual(['0', '4', '3']);
  });

  it('nobody has a turn beside a runner whose lease lasts, nor does that one afterwards', async () => {
    await registry().replays.create(job('a', { departments: ['hyd'] }));
    await registry().replays.create(job('b', { departments: ['epd'] }));
    const other = await another();
    expect(await take('one')).toBe('a');
    expect(await other.replays.take(lease('two'))).toBeNull();
    clock.time += 10_000;
    expect(await other.replays.take(lease('two'))).toMatchObject({ id: 'b' });
    expect(await registry().replays.renew('a', lease('one'))).toBeNull();
    await registry().replays.release('b', 'one');
    expect(await registry().replays.take(lease('one'))).toBeNull();
    await other.replays.release('b', 'two');
    expect(await take('one')).toBe('a');
  });

  it('a job that met trouble has none before its time, and others go on', async () => {
    const { replays } = registry();
    await replays.create(job('a'));
    await replays.create(job('b'));
    expect(await take()).toBe('a');
    const retryAt = clock.time + 5_000;
    expect(await replays.postpone('a', 'two', trouble, retryAt)).toBeNull();
    const waiting = { state: 'waiting', trouble, attempts: 1, retryAt, finishedAt: null };
    expect(await replays.postpone('a', 'one', trouble, retryAt)).toMatchObject(waiting);
    expect(await take()).toBe('b');
    await replays.finish('b', 'one', done);
    expect(await take()).toBeUndefined();
    clock.time = retryAt;
    expect(await replays.take(lease('one'))).toMatchObject({ id: 'a', state: 'running', attempts: 1 });
    expect(await replays.postpone('a', 'one', trouble, retryAt + 60_000)).toMatchObject({ attempts: 2 });
    expect(await replays.retry('a')).toMatchObject({ state: 'waiting', retryAt: null, trouble });
    expect(await take()).toBe('a');
    const progress = { published: 5, skipped: 0, cursor: 'x', settleBefore: 9 };
    expect(await replays.advance('a', lease('one'), progress)).toMatchObject({
      ...progress,
      trouble: null,
      attempts: 0,
    });
  });

  it('a job that failed is over, until it is retried: then it goes on where it was', async () => {
    const { replays } = registry();
    await replays.create(job('a'));
    await replays.create(job('b'));
    await take();
    await replays.advance('a', lease('one'), { published: 5, skipped: 1, cursor: 'here', settleBefore: null });
    const failed = { state: 'failed', trouble, outcomes: done, published: 5, cursor: 'here' };
    expect(await replays.fail('a', 'one', trouble, done)).toMatchObject({ ...failed, finishedAt: clock.time });
    expect(await replays.cancel('a')).toMatchObject(failed);
    expect(await take()).toBe('b');
    await replays.finish('b', 'one', done);
    expect(await replays.retry('b')).toMatchObject({ state: 'done', outcomes: done });
    expect(await replays.retry('c')).toBeNull();
    const again = { state: 'waiting', trouble: null, outcomes: null, finishedAt: null, published: 5, cursor: 'here' };
    expect(await replays.retry('a')).toMatchObject(again);
    expect(await take()).toBe('a');
    await replays.cancel('a');
    expect(await replays.fail('a', 'one', trouble, null)).toMatchObject({ state: 'cancelled', outcomes: null });
  });
}

export function sightingContract({ registry, clock }: ContractContext): void {
  const seen = (id: string, at: number, messages = 1) => ({
    id,
    source: 'gateway-1',
    application: null,
    topic: `application/a/device/${id}/event/up`,
    name: null,
    profile: null,
    firstSeen: at,
    lastSeen: at,
    messages,
    logins: 0,
  });
  const refused = (id: string, at: number, logins = 1) => ({
    ...seen(id, at, 0),
    source: id,
    topic: null,
    logins,
  });

  it('add up, and keep what the network server said last', async () => {
    const { sightings } = registry();
    await sightings.record([
      { ...seen('aa', 1_000, 2), lastSeen: 2_000, name: 'Door', profile: 'acme-1', application: 'a' },
    ]);
    await sightings.record([seen('aa', 3_000, 3), seen('bb', 9_000)]);
    expect(await sightings.get('aa')).toEqual({
      ...seen('aa', 1_000, 5),
      lastSeen: 3_000,
      name: 'Door',
      profile: 'acme-1',
      application: 'a',
      adoptedAt: null,
      ignoredAt: null,
    });
    expect((await sightings.list({ open: true, limit: 10 })).map(({ id }) => id)).toEqual(['bb', 'aa']);
    expect((await sightings.list({ open: true, limit: 1, offset: 1 })).map(({ id }) => id)).toEqual(['aa']);
  });

  it('are closed by adopting and by ignoring, and opened by coming back', async () => {
    const { sightings } = registry();
    await sightings.record([seen('aa', clock.time), seen('bb', clock.time)]);
    expect(await sightings.adopt('aa')).toMatchObject({ adoptedAt: clock.time });
    expect(await sightings.ignore('bb')).toMatchObject({ ignoredAt: clock.time });
    expect(await sightings.adopt('cc')).toBeNull();
    await sightings.record([seen('aa', clock.time + 1_000), seen('bb', clock.time + 3_600_000)]);
    expect(await sightings.list({ open: true, limit: 10 })).toEqual([]);
    expect(await sightings.list({ open: false, limit: 10 })).toHaveLength(2);
    // The device was registered, and removed since.
    await sightings.record([seen('aa', clock.time + 3_600_000)]);
    expect((await sightings.list({ open: true, limit: 10 })).map(({ id }) => id)).toEqual(['aa']);
  });

  it('are bounded: those not seen for longest are forgotten', async () => {
    const { sightings } = registry();
    const many = Array.from({ length: 10_050 }, (_, i) => seen(`d${i}`, 1_000 + i));
    await sightings.record(many);
    expect(await sightings.get('d0')).toBeNull();
    expect(await sightings.get('d49')).toBeNull();
    expect(await sightings.get('d50')).not.toBeNull();
    await sightings.record([seen('one more', 5_000_000)]);
    expect(await sightings.list({ open: true, limit: 20_000 })).toHaveLength(10_000);
  });

  it('count refused log-ins beside messages, which say more', async () => {
    const { sightings } = registry();
    await sightings.record([refused('aa', 1_000), refused('bb', 1_000)]);
    expect(await sightings.get('aa')).toEqual({ ...refused('aa', 1_000), adoptedAt: null, ignoredAt: null });
    await sightings.record([seen('aa', 2_000), refused('bb', 2_000, 3)]);
    await sightings.record([refused('aa', 3_000, 2)]);
    expect(await sightings.get('aa')).toEqual({
      ...seen('aa', 1_000),
      lastSeen: 3_000,
      logins: 3,
      adoptedAt: null,
      ignoredAt: null,
    });
    expect(await sightings.get('bb')).toMatchObject({ topic: null, messages: 0, logins: 4, lastSeen: 2_000 });
  });

  it('T33 of log-ins alone are bounded by themselves: who tries names drives out no device that sends', async () => {
    const { sightings } = registry();
    await sightings.record([seen('sends', 1_000), refused('ignored', 1_000), refused('keeps trying', 1_000, 30)]);
    await sightings.ignore('ignored');
    const names = Array.from({ length: 1_100 }, (_, i) => refused(`n${i}`, 60_000 + i));
    await sightings.record(names);
    const open = (await sightings.list({ open: true, limit: 20_000 })).map(({ id }) => id);
    expect(open).toHaveLength(1_001);
    expect(open).toEqual(expect.arrayContaining(['sends', 'keeps trying', 'n101', 'n1099']));
    expect(open).not.toContain('n100');
    expect(await sightings.get('ignored')).toMatchObject({ logins: 1 });
    // Attempts are worth an hour at most: names that were tried often make way for new ones in the end.
    await sightings.record(names.map(({ id }) => refused(id, 100_000, 5_000)));
    await sightings.record([refused('new', 100_000 + 2 * 3_600_000)]);
    expect(await sightings.get('new')).not.toBeNull();
    expect(await sightings.list({ open: true, limit: 20_000 })).toHaveLength(1_001);
  });
}

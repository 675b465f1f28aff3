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
    expect(await registry().replays.take(lease('one'))).toMatchObject({ id: 'a' });
    await registry().replays.finish('a', 'one', { stored: 1, duplicates: 2, deadLetters: 3 });
    expect(await other.replays.take(lease('two'))).toMatchObject({ id: 'b' });
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
    const progress = { published: 5, skipped: 1, cursor: 'here' };
    expect(await registry().replays.advance('a', lease('one'), progress)).toMatchObject(progress);
    clock.time += 9_000;
    expect(await registry().replays.take(lease('two'))).toBeNull();
    clock.time += 1_000;
    expect(await registry().replays.take(lease('two'))).toMatchObject({ ...progress, id: 'a' });
    expect(await registry().replays.advance('a', lease('one'), { published: 9, skipped: 0, cursor: null })).toBeNull();
    expect(await registry().replays.finish('a', 'one', { stored: 0, duplicates: 0, deadLetters: 0 })).toBeNull();
    expect(await registry().replays.get('a')).toMatchObject(progress);
  });

  it('are asked to stop, and finish as cancelled', async () => {
    await registry().replays.create(job('a'));
    await registry().replays.take(lease('one'));
    expect(await registry().replays.cancel('a')).toMatchObject({ state: 'running', cancelRequested: true });
    const progress = { published: 1, skipped: 0, cursor: null };
    expect(await registry().replays.advance('a', lease('one'), progress)).toMatchObject({ cancelRequested: true });
    const outcomes = { stored: 1, duplicates: 0, deadLetters: 0 };
    expect(await registry().replays.finish('a', 'one', outcomes)).toMatchObject({ state: 'cancelled' });
    expect(await registry().replays.cancel('a')).toMatchObject({ state: 'cancelled', outcomes });
    expect(await registry().replays.cancel('b')).toBeNull();
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
}

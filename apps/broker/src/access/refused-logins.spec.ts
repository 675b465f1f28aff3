import { pino } from 'pino';
import { systemClock } from '#core';
import { until } from '#core/testing';
import { generateKey, hashPassword } from '#identity';
import type { Registry, Sighting } from '#registry';
import { BrokerFixture } from '../testing/broker-fixture.js';
import { RefusedLogins } from './refused-logins.js';

describe('refused log-ins', () => {
  let fixture: BrokerFixture;
  beforeEach(async () => {
    fixture = await BrokerFixture.start();
  });
  afterEach(() => fixture.stop());

  const attempt = async (username: string, password?: string): Promise<number | null> =>
    (await fixture.socket()).connect({ clientId: username, username, ...(password === undefined ? {} : { password }) });
  /** All sightings when this one is among them: names that were refused before it are written with it or earlier. */
  const withLast = (id: string): Promise<Sighting[]> =>
    until(
      `a sighting of ${id}`,
      () => fixture.registry.sightings.list({ open: false, limit: 10_000 }),
      (all) => all.some((each) => each.id === id),
    );

  it('of names that nobody has registered become sightings: name, count and times', async () => {
    const before = Date.now();
    expect(await attempt('NEW-1', 'canary-1f2e')).toBe(4);
    expect(await attempt('NEW-1')).toBe(5);
    const [seen, ...others] = await withLast('NEW-1');
    expect(others).toEqual([]);
    expect(seen).toEqual({
      id: 'NEW-1',
      source: 'NEW-1',
      application: null,
      topic: null,
      name: null,
      profile: null,
      firstSeen: expect.any(Number),
      lastSeen: expect.any(Number),
      messages: 0,
      logins: 2,
      adoptedAt: null,
      ignoredAt: null,
    });
    expect(seen!.firstSeen).toBeGreaterThanOrEqual(before);
  });

  it('T33 T37 of devices, people and services are none, and neither is what resembles a secret or no id', async () => {
    const device = await fixture.device('GF3637');
    await fixture.registry.devices.create([
      { id: 'KEYLESS', kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.17 },
    ]);
    await fixture.registry.accounts.put({
      username: 'chan',
      passwordHash: await hashPassword('right'),
      role: 'viewer',
      departments: null,
    });
    expect(await attempt(device.id, 'wrong')).toBe(4);
    expect(await attempt('KEYLESS', 'wrong')).toBe(4);
    expect(await attempt('chan', 'wrong')).toBe(4);
    expect(await attempt('chan')).toBe(5);
    expect(await attempt('service:ingest', 'wrong')).toBe(4);
    expect(await attempt(device.key, device.id)).toBe(4);
    expect(await attempt(generateKey(), 'x')).toBe(4);
    expect(await attempt('a/b', 'x')).toBe(4);
    expect(await attempt('x'.repeat(65), 'x')).toBe(4);
    expect(await attempt('=cmd()', 'x')).toBe(4);
    expect(await attempt('LAST-1', 'x')).toBe(4);
    expect((await withLast('LAST-1')).map(({ id }) => id)).toEqual(['LAST-1']);
  });

  it('T33 are held up by the throttle: who tries names from one address leaves few', async () => {
    for (let i = 0; i < 60; i++) await attempt(`SCAN-${i}`);
    expect((await withLast('SCAN-0')).length).toBeLessThan(45);
  });
});

describe('refused log-ins that wait to be written', () => {
  const unknown = { devices: { findByName: () => [] }, accounts: { known: () => [] }, networkServers: { list: () => [] } }; // prettier-ignore
  const withRecord = (record: (seen: readonly { id: string }[]) => Promise<void>): RefusedLogins =>
    new RefusedLogins({ ...unknown, sightings: { record } } as unknown as Registry, systemClock, pino({ level: 'silent' })); // prettier-ignore

  it('T33 are at most a thousand, in one batch, whatever is tried', async () => {
    const batches: (readonly { id: string }[])[] = [];
    const logins = withRecord((seen) => Promise.resolve(void batches.push(seen)));
    for (let i = 0; i < 5_000; i++) logins.note(`SCAN-${i}`);
    expect(logins.size).toBe(1_000);
    await logins.stop();
    expect(batches.map((batch) => batch.length)).toEqual([1_000]);
    expect(logins.size).toBe(0);
  });

  it('stay when the registry is down, and are still at most a thousand', async () => {
    const logins: RefusedLogins = withRecord(() => {
      for (let i = 0; i < 600; i++) logins.note(`MEANWHILE-${i}`);
      return Promise.reject(new Error('down'));
    });
    for (let i = 0; i < 1_000; i++) logins.note(`SCAN-${i}`);
    await logins.stop();
    expect(logins.size).toBe(1_000);
  });
});

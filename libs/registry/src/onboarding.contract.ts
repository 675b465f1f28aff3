import { expect, it } from '@jest/globals';
import type { ContractContext } from './contract-context.contract.js';
import type { NewCredential } from './access.js';
import type { DeviceTemplate, NewClaim } from './onboarding.js';

const HOUR_MS = 3_600_000;
const quota = { messagesPerMinute: 60, burst: 120, bytesPerDay: 1_000_000 };

const credential = (keyHash: string, keepFormerUntil?: number): NewCredential => ({
  username: 'A',
  clientId: 'A',
  type: 'device',
  subject: 'A',
  application: null,
  keyHash,
  certificateFingerprint: null,
  ...(keepFormerUntil === undefined ? {} : { keepFormerUntil }),
});

const template = (id: string, change: Partial<DeviceTemplate> = {}): Omit<DeviceTemplate, 'updatedAt'> => ({
  id,
  kind: 'smart-lamppost',
  department: 'hyd',
  namePattern: null,
  intervalMs: null,
  tags: {},
  deviceType: null,
  quota: null,
  ...change,
});

export function onboardingContract({ registry, another, clock }: ContractContext): void {
  const claim = (id: string, change: Partial<NewClaim> = {}): NewClaim => ({
    id,
    codeHash: `hash of ${id}`,
    department: 'hyd',
    kind: 'smart-lamppost',
    deviceType: null,
    devEui: null,
    template: null,
    deviceId: null,
    idPrefix: null,
    createdBy: 'admin',
    expiresAt: clock.time + HOUR_MS,
    ...change,
  });

  it('keeps the quota of a device and why it was isolated, until it is released', async () => {
    const device = { id: 'A', kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.2 };
    const [made] = await registry().devices.create([{ ...device, quota }]);
    expect(made).toMatchObject({ quota, isolation: null });
    const isolation = { reason: 'sends rubbish', by: 'chan', at: clock.time };
    expect(await registry().devices.update('A', { enabled: false, isolation })).toMatchObject({
      enabled: false,
      isolation,
      quota,
    });
    expect(await registry().devices.get('A')).toMatchObject({ quota, isolation });
    expect(await registry().devices.update('A', { name: 'x' })).toMatchObject({ isolation });
    expect(await registry().devices.update('A', { enabled: true, quota: null })).toMatchObject({
      enabled: true,
      isolation: null,
      quota: null,
    });
  });

  it('keeps the key before for as long as asked, and the key before that no longer', async () => {
    await registry().credentials.put([credential('first', clock.time + HOUR_MS)]);
    expect(await registry().credentials.get('A')).toMatchObject({ formerKeyHash: null, formerUntil: null });
    clock.time += 1;
    await registry().credentials.put([credential('second', clock.time + HOUR_MS)]);
    expect(await registry().credentials.get('A')).toMatchObject({
      keyHash: 'second',
      formerKeyHash: 'first',
      formerUntil: clock.time + HOUR_MS,
      createdAt: clock.time,
    });
    await registry().credentials.put([credential('third', clock.time + 2 * HOUR_MS)]);
    expect(await registry().credentials.get('A')).toMatchObject({ keyHash: 'third', formerKeyHash: 'second' });
    await registry().credentials.put([credential('fourth')]);
    expect(await registry().credentials.get('A')).toMatchObject({
      keyHash: 'fourth',
      formerKeyHash: null,
      formerUntil: null,
    });
  });

  it('never brings a revoked key back, as a former one either', async () => {
    await registry().credentials.put([credential('first')]);
    await registry().credentials.put([credential('second', clock.time + HOUR_MS)]);
    await registry().credentials.revoke('A');
    expect(await registry().credentials.get('A')).toMatchObject({ revokedAt: clock.time, formerKeyHash: null });
    await registry().credentials.put([credential('third', clock.time + HOUR_MS)]);
    expect(await registry().credentials.get('A')).toMatchObject({
      keyHash: 'third',
      revokedAt: null,
      formerKeyHash: null,
      formerUntil: null,
    });
  });

  it('keeps templates, by department', async () => {
    const full = template('b', {
      namePattern: 'Lamp {id}',
      intervalMs: 60_000,
      tags: { feeder: 'K12' },
      deviceType: 'acme-th1',
      quota,
    });
    expect(await registry().templates.put(full)).toEqual({ ...full, updatedAt: clock.time });
    await registry().templates.put(template('a', { department: 'epd' }));
    expect(await registry().templates.get('b')).toEqual({ ...full, updatedAt: clock.time });
    expect((await registry().templates.list(null)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await registry().templates.list(['hyd'])).map(({ id }) => id)).toEqual(['b']);
    expect(await registry().templates.list([])).toEqual([]);
    clock.time += 5;
    expect(await registry().templates.put(template('b'))).toMatchObject({ tags: {}, updatedAt: clock.time });
    expect(await registry().templates.remove('b')).toBe(true);
    expect(await registry().templates.remove('b')).toBe(false);
    expect(await registry().templates.get('b')).toBeNull();
  });

  it('finds claims by the hash of their code, and lists those that are outstanding', async () => {
    await registry().claims.create([
      claim('a', { devEui: '0016C001F000175A', deviceId: 'GF1', template: 't', deviceType: 'acme', idPrefix: 'GF' }),
      claim('b', { department: 'epd' }),
      claim('c', { expiresAt: clock.time + 1 }),
      claim('d'),
      claim('e'),
    ]);
    expect(await registry().claims.findByCode('hash of a')).toMatchObject({
      id: 'a',
      devEui: '0016c001f000175a',
      deviceId: 'GF1',
      createdAt: clock.time,
      redeemedAt: null,
    });
    expect(await registry().claims.findByCode('hash of z')).toBeNull();
    clock.time += 1;
    expect(await registry().claims.redeem('d', 'chan', 'GF2')).toBe(true);
    expect(await registry().claims.revoke('e')).toBe(true);
    const ids = async (query: object): Promise<string[]> =>
      (await registry().claims.list({ departments: null, limit: 10, ...query })).map(({ id }) => id);
    expect(await ids({})).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await ids({ outstanding: true })).toEqual(['a', 'b']);
    expect(await ids({ departments: ['hyd'], outstanding: true })).toEqual(['a']);
    expect(await ids({ departments: [] })).toEqual([]);
    expect(await ids({ after: 'b', limit: 2 })).toEqual(['c', 'd']);
  });

  it('lets one of many redeem a claim, once', async () => {
    const other = await another();
    await registry().claims.create([claim('a'), claim('late', { expiresAt: clock.time })]);
    const tries = await Promise.all([
      registry().claims.redeem('a', 'chan', 'GF1'),
      other.claims.redeem('a', 'wong', 'GF2'),
      registry().claims.redeem('a', 'lee', 'GF3'),
    ]);
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await registry().claims.revoke('a')).toBe(false);
    expect(await registry().claims.redeem('late', 'chan', 'GF4')).toBe(false);
    await registry().claims.reopen('a');
    expect(await registry().claims.get('a')).toMatchObject({ redeemedAt: null, redeemedBy: null, device: null });
    expect(await registry().claims.redeem('a', 'wong', 'GF5')).toBe(true);
    expect(await registry().claims.get('a')).toMatchObject({ redeemedBy: 'wong', device: 'GF5' });
  });

  it('refuses two claims of one code', async () => {
    await expect(registry().claims.create([claim('a'), claim('b', { codeHash: 'hash of a' })])).rejects.toThrow();
    expect(await registry().claims.get('a')).toBeNull();
  });
}

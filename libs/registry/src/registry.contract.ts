import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '#core';
import { pause } from '#core/testing';
import type { ContractContext } from './contract-context.contract.js';
import { alarmContract } from './alarms.contract.js';
import { networkContract } from './networks.contract.js';
import { deviceStateContract } from './device-state.contract.js';
import { deviceTypeContract } from './device-types.contract.js';
import { qualityContract } from './device-quality.contract.js';
import { deviceContract } from './devices.contract.js';
import { onboardingContract } from './onboarding.contract.js';
import { replayContract, replayTurnContract, sightingContract } from './replays.contract.js';
import type { Department } from './departments.js';
import type { Registry } from './registry.js';

export interface RegistryUnderTest {
  /** Opens one more connection to the database of this test, as another process would. */
  open(options: ContractOptions): Promise<Registry>;
  /** Empties the database. */
  reset(): Promise<void>;
}

export interface ContractOptions {
  readonly clock: Clock;
  readonly districtOf: (latitude: number, longitude: number) => string;
  readonly departments: readonly Department[];
}

const titles = (en: string): Department['titles'] => ({ en, 'zh-Hant': `${en} 署`, 'zh-Hans': `${en} 署` });

/** Every promise of the port. Each adapter runs it against a real engine. */
export function registryContract(subject: RegistryUnderTest): void {
  const clock = { time: 1_795_217_632_573, now: () => clock.time, monotonic: () => clock.time };
  const options: ContractOptions = {
    clock,
    districtOf: (latitude) => (latitude > 22.35 ? 'N' : 'A'),
    departments: [
      { id: 'hyd', titles: titles('Highways') },
      { id: 'epd', titles: titles('Environment') },
    ],
  };
  let open: Registry[] = [];
  const another = async (): Promise<Registry> => {
    const registry = await subject.open(options);
    open.push(registry);
    return registry;
  };
  const registry = (): Registry => open[0]!;

  beforeEach(async () => {
    clock.time = 1_795_217_632_573;
    await subject.reset();
    await another();
  });
  afterEach(async () => {
    for (const each of open) await each.close();
    open = [];
  });

  const context: ContractContext = { registry, another, clock };
  describe('devices', () => deviceContract(context));
  describe('onboarding', () => onboardingContract(context));
  describe('device state and gateways', () => deviceStateContract(context));
  describe('device types', () => deviceTypeContract(context));
  describe('replays', () => replayContract(context));
  describe('turns of replays', () => replayTurnContract(context));
  describe('sightings', () => sightingContract(context));
  describe('data quality', () => qualityContract(context));
  describe('alarms', () => alarmContract(context));
  describe('credentials, accounts and keys', () => accessContract(context));
  describe('rules, departments, audit and state', () => documentContract(context));
  describe('network servers and downlinks', () => networkContract(context));
  describe('the log of changes', () => changesContract(context));
}

function accessContract({ registry, clock }: ContractContext): void {
  const credential = {
    username: 'GF3637',
    clientId: 'GF3637',
    type: 'device' as const,
    subject: 'GF3637',
    application: null,
    keyHash: 'h1',
    certificateFingerprint: null,
  };

  it('replaces a credential, and a revoked one comes back with its new key only', async () => {
    await registry().credentials.put([credential]);
    expect(await registry().credentials.revoke('GF3637')).toBe(true);
    expect(await registry().credentials.revoke('GF3637')).toBe(false);
    expect((await registry().credentials.get('GF3637'))?.revokedAt).toBe(clock.time);
    clock.time += 1_000;
    await registry().credentials.put([{ ...credential, keyHash: 'h2', certificateFingerprint: 'ab:cd' }]);
    expect(await registry().credentials.get('GF3637')).toEqual({
      ...credential,
      keyHash: 'h2',
      certificateFingerprint: 'ab:cd',
      formerKeyHash: null,
      formerUntil: null,
      revokedAt: null,
      createdAt: clock.time,
    });
    expect(await registry().credentials.get('nobody')).toBeNull();
    expect(await registry().credentials.revoke('nobody')).toBe(false);
  });

  it('knows which names are of people or programs', async () => {
    const access = { role: 'viewer' as const, departments: null };
    await registry().accounts.put({ username: 'chan', passwordHash: 'h', ...access });
    await registry().accounts.createKey({ id: 'abcdefghij', name: 'k', keyHash: 'h', expiresAt: null, ...access });
    await registry().accounts.revokeKey('abcdefghij');
    expect(await registry().accounts.known(['chan', 'GF3637', 'abcdefghij'])).toEqual(['chan', 'abcdefghij']);
    expect(await registry().accounts.known([])).toEqual([]);
  });

  it('lists credentials in pages by user name, thousands of them', async () => {
    const many = Array.from({ length: 1_203 }, (_, i) => ({
      ...credential,
      username: `d${String(i).padStart(5, '0')}`,
    }));
    await registry().credentials.put(many);
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const page: { username: string }[] = await registry().credentials.list(after, 500);
      if (page.length === 0) break;
      seen.push(...page.map((each) => each.username));
      after = page.at(-1)!.username;
    }
    expect(seen).toEqual(many.map((each) => each.username));
  });

  it('takes the last of repeated user names', async () => {
    await registry().credentials.put([credential, { ...credential, keyHash: 'later' }]);
    expect((await registry().credentials.get('GF3637'))?.keyHash).toBe('later');
  });

  it('keeps accounts, and when they were made', async () => {
    const made = clock.time;
    await registry().accounts.put({ username: 'wing', passwordHash: 'p1', role: 'operator', departments: ['hyd'] });
    clock.time += 5;
    await registry().accounts.put({ username: 'wing', passwordHash: 'p2', role: 'admin', departments: null });
    expect(await registry().accounts.get('wing')).toEqual({
      username: 'wing',
      passwordHash: 'p2',
      role: 'admin',
      departments: null,
      createdAt: made,
    });
    expect(await registry().accounts.get('Wing')).toBeNull();
  });

  it('tells no departments from all departments', async () => {
    await registry().accounts.put({ username: 'new', passwordHash: 'p', role: 'viewer', departments: [] });
    expect((await registry().accounts.get('new'))?.departments).toEqual([]);
  });

  it('keeps API keys and their end', async () => {
    const key = {
      id: 'k1',
      name: 'dashboard',
      keyHash: 'h',
      role: 'viewer' as const,
      departments: ['hyd'],
      expiresAt: clock.time + 60_000,
    };
    const created = await registry().accounts.createKey(key);
    expect(created).toEqual({ ...key, createdAt: clock.time, revokedAt: null });
    expect(await registry().accounts.getKey('k1')).toEqual(created);
    expect(await registry().accounts.listKeys()).toEqual([created]);
    expect(await registry().accounts.revokeKey('k1')).toBe(true);
    expect(await registry().accounts.revokeKey('k1')).toBe(false);
    expect((await registry().accounts.getKey('k1'))?.revokedAt).toBe(clock.time);
    expect(await registry().accounts.getKey('none')).toBeNull();
  });

  it('remembers ended sessions until they are over', async () => {
    await registry().accounts.endSession('a', clock.time + 60_000);
    await registry().accounts.endSession('a', clock.time + 60_000);
    expect(await registry().accounts.hasEnded('a')).toBe(true);
    expect(await registry().accounts.hasEnded('A')).toBe(false);
    clock.time += 60_000;
    await registry().accounts.endSession('b', clock.time + 60_000);
    expect(await registry().accounts.hasEnded('a')).toBe(false);
    expect(await registry().accounts.hasEnded('b')).toBe(true);
  });

  it.each(["admin' --", "' or '1'='1", 'admin\u0000x', '%', 'admin"; drop table accounts; --'])(
    'T31 finds no account by %j',
    async (username) => {
      await registry().accounts.put({ username: 'admin', passwordHash: 'p', role: 'admin', departments: null });
      expect(await registry().accounts.get(username)).toBeNull();
      expect(await registry().credentials.get(username)).toBeNull();
      expect((await registry().accounts.get('admin'))?.role).toBe('admin');
    },
  );
}

function documentContract({ registry, another, clock }: ContractContext): void {
  it('keeps rules with any definition', async () => {
    const rule = {
      id: 'pm25',
      kind: 'smart-lamppost',
      department: 'hyd',
      device: null,
      enabled: true,
      definition: { limit: 75, titles: { en: "it's 高" } },
    };
    expect(await registry().rules.put(rule)).toEqual({ ...rule, updatedAt: clock.time });
    await registry().rules.put({ ...rule, enabled: false, department: null, device: 'GF3637' });
    expect(await registry().rules.list()).toEqual([
      { ...rule, enabled: false, department: null, device: 'GF3637', updatedAt: clock.time },
    ]);
    expect(await registry().rules.get('pm25')).not.toBeNull();
    expect(await registry().rules.remove('pm25')).toBe(true);
    expect(await registry().rules.remove('pm25')).toBe(false);
    expect(await registry().rules.get('pm25')).toBeNull();
  });

  it('seeds departments once and leaves what was changed', async () => {
    await registry().departments.put({ id: 'epd', titles: titles('Changed') });
    const later = await another();
    expect(await later.departments.list()).toEqual([
      { id: 'epd', titles: titles('Changed') },
      { id: 'hyd', titles: titles('Highways') },
    ]);
  });

  it('lists the audit newest first, by subject and actor', async () => {
    for (const [actor, action, subject] of [
      ['admin', 'device.create', 'GF3637'],
      ['wing', 'alarm.acknowledge', 'GF3637'],
      ['admin', 'device.create', 'GF3638'],
    ] as const) {
      await registry().audit.append({ actor, action, subject, detail: { note: "O'Neill; 測試" } });
    }
    const all = await registry().audit.list({ limit: 10 });
    expect(all.map((entry) => entry.subject)).toEqual(['GF3638', 'GF3637', 'GF3637']);
    expect(all[0]).toMatchObject({ at: clock.time, actor: 'admin', detail: { note: "O'Neill; 測試" } });
    expect((await registry().audit.list({ subject: 'GF3637', limit: 10 })).map((entry) => entry.actor)).toEqual([
      'wing',
      'admin',
    ]);
    expect(await registry().audit.list({ actor: 'admin', limit: 1, before: all[0]!.id })).toMatchObject([
      { subject: 'GF3637' },
    ]);
  });

  it('keeps state by name', async () => {
    expect(await registry().state.get('alerts')).toBeNull();
    await registry().state.put('alerts', '{"a":1}');
    await registry().state.put('alerts', '{"a":2}');
    expect(await registry().state.get('alerts')).toBe('{"a":2}');
  });

  it('answers a ping until it is closed', async () => {
    const extra = await another();
    await extra.ping();
    await extra.close();
    await expect(extra.ping()).rejects.toThrow();
  });
}

function changesContract({ registry, another }: ContractContext): void {
  const device = { id: 'GF3637', kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.2 };

  it('tells what changed since a position, in order', async () => {
    const start = await registry().position();
    await registry().devices.create([device]);
    await registry().devices.update('GF3637', { enabled: false });
    await registry().rules.put({ id: 'r', kind: 'k', department: null, device: null, enabled: true, definition: {} });
    await registry().accounts.put({ username: 'wing', passwordHash: 'p', role: 'viewer', departments: [] });
    await registry().departments.put({ id: 'td', titles: titles('Transport') });
    await registry().devices.update('absent', { name: 'x' });
    const changes = await registry().changes(start, 100);
    expect(changes.map(({ entity, id }) => [entity, id])).toEqual([
      ['device', 'GF3637'],
      ['device', 'GF3637'],
      ['rule', 'r'],
      ['account', 'wing'],
      ['department', 'td'],
    ]);
    expect(await registry().changes(start, 2)).toEqual(changes.slice(0, 2));
    expect(await registry().changes(changes.at(-1)!.position, 100)).toEqual([]);
    expect(await registry().position()).toBe(changes.at(-1)!.position);
  });

  it('shows a removed device together with its credentials', async () => {
    await registry().devices.create([device]);
    await registry().credentials.put([
      {
        username: 'GF3637',
        clientId: 'GF3637',
        type: 'device',
        subject: 'GF3637',
        application: null,
        keyHash: 'h',
        certificateFingerprint: null,
      },
      {
        username: 'gw',
        clientId: 'gw',
        type: 'gateway',
        subject: 'GF3637',
        application: 'a',
        keyHash: 'h',
        certificateFingerprint: null,
      },
    ]);
    const start = await registry().position();
    expect(await registry().devices.remove('GF3637')).toBe(true);
    expect(await registry().devices.remove('GF3637')).toBe(false);
    expect((await registry().credentials.list(null, 10)).map((credential) => credential.username)).toEqual(['gw']);
    expect((await registry().changes(start, 10)).map(({ entity, id }) => [entity, id])).toEqual([
      ['device', 'GF3637'],
      ['credential', 'GF3637'],
    ]);
  });

  it('hides no change from a reader that follows while several connections write', async () => {
    const writers = await Promise.all([another(), another(), another()]);
    let position = await registry().position();
    const seen: string[] = [];
    let writing = true;
    const follow = async (): Promise<void> => {
      for (let last = false; ;) {
        const page = await registry().changes(position, 7);
        seen.push(...page.map((change) => change.id));
        position = page.at(-1)?.position ?? position;
        if (page.length > 0) continue;
        if (last) return;
        last = !writing;
        await pause(1);
      }
    };
    const following = follow();
    await Promise.all(
      writers.map(async (writer, w) => {
        for (let i = 0; i < 20; i++) {
          await writer.devices.create(Array.from({ length: 3 }, (_, n) => ({ ...device, id: `w${w}-${i}-${n}` })));
        }
      }),
    );
    writing = false;
    await following;
    expect(new Set(seen).size).toBe(180);
    expect(seen).toHaveLength(180);
  });
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Device, RegistryChange } from '#registry';
import { DeviceDirectory } from './device-directory.js';

/** The part of a registry that the directory reads. */
class FakeRegistry {
  readonly rows = new Map<string, Device>();
  readonly log: RegistryChange[] = [];
  readonly lookups: (readonly string[])[] = [];
  readonly devices = {
    findByName: (names: readonly string[]) => {
      this.lookups.push(names);
      return Promise.resolve(
        [...this.rows.values()].filter(({ id, devEui }) => names.includes(id) || names.includes(devEui ?? '')),
      );
    },
  } as never;

  put(id: string, department: string, devEui: string | null = null): void {
    const at = { latitude: 22, longitude: 114, district: 'A' };
    this.rows.set(id, {
      id,
      kind: 'smart-lamppost',
      department,
      ...at,
      name: id,
      tags: {},
      intervalMs: null,
      enabled: true,
      devEui,
      deviceType: null,
      quota: null,
      isolation: null,
      createdAt: 0,
      updatedAt: 0,
    });
    this.log.push({ position: this.log.length + 1, entity: 'device', id });
  }

  remove(id: string): void {
    this.rows.delete(id);
    this.log.push({ position: this.log.length + 1, entity: 'device', id });
  }

  changes(after: number, limit: number): Promise<RegistryChange[]> {
    return Promise.resolve(this.log.filter(({ position }) => position > after).slice(0, limit));
  }

  position(): Promise<number> {
    return Promise.resolve(this.log.length);
  }
}

describe('device directory', () => {
  let registry: FakeRegistry;
  let directory: DeviceDirectory;
  let now = 0;
  beforeEach(async () => {
    registry = new FakeRegistry();
    directory = new DeviceDirectory(
      registry,
      { now: () => 0, monotonic: () => now },
      { load: () => Promise.resolve() },
    );
    registry.put('a', 'hyd');
    registry.put('b', 'hyd');
    await directory.start();
  });

  it('looks all devices of a batch up at once, and once', async () => {
    await directory.load(new Set(['a', 'b', 'c']));
    await directory.load(new Set(['a', 'b', 'c']));
    expect(registry.lookups).toEqual([['a', 'b', 'c']]);
    expect([directory.find('a')?.identity.department, directory.find('c')]).toEqual(['hyd', undefined]);
  });

  it('asks again for an unknown device after a second', async () => {
    await directory.load(new Set(['c']));
    registry.put('c', 'hyd');
    now += 999;
    await directory.load(new Set(['c']));
    expect(directory.find('c')).toBeUndefined();
    now += 1;
    await directory.load(new Set(['c']));
    expect(directory.find('c')?.plan?.kind.name).toBe('smart-lamppost');
  });

  it('finds a device under the name that a network server gives it, for as long as it has it', async () => {
    registry.put('LPN-1', 'emsd', '0016c001f000175a');
    await directory.load(new Set(['0016c001f000175a']));
    const device = directory.find('LPN-1');
    expect(directory.find('0016c001f000175a')).toBe(device);
    registry.put('LPN-1', 'emsd', '0016c001f0001111');
    await directory.refresh();
    expect([directory.find('0016c001f000175a'), directory.find('0016c001f0001111')]).toEqual([undefined, device]);
    registry.remove('LPN-1');
    await directory.refresh();
    expect([directory.find('0016c001f0001111'), directory.find('LPN-1')]).toEqual([undefined, undefined]);
  });

  it('follows changes and removals, and forgets that a device was unknown when it is registered', async () => {
    await directory.load(new Set(['a', 'b', 'c']));
    const a = directory.find('a');
    registry.put('a', 'dsd');
    registry.remove('b');
    registry.put('c', 'hyd');
    registry.put('unheard-of', 'hyd');
    await directory.refresh();
    expect(directory.find('a')).toBe(a);
    expect([a?.identity.department, directory.find('b'), directory.find('c')?.identity.id, directory.size]).toEqual([
      'dsd',
      undefined,
      'c',
      2,
    ]);
  });
});

import { expect, it } from '@jest/globals';
import type { ContractContext } from './contract-context.contract.js';
import type { NewDeviceType } from './device-types.js';

const SCRIPT = `function decodeUplink(input) { return { data: { t: input.bytes[0], note: "溫度 'quoted' \\u0000" } }; }`;

const acme = (change: Partial<NewDeviceType> = {}): NewDeviceType => ({
  id: 'acme-th-1',
  kind: 'lpwan-node',
  definition: { id: 'acme-th-1', kind: 'lpwan-node', fields: { temperature: 't' } },
  script: SCRIPT,
  examples: [{ input: { bytes: [1] }, output: { data: { t: 1 } } }],
  revision: 'r1',
  ...change,
});

export function deviceTypeContract({ registry, another, clock }: ContractContext): void {
  const device = { id: 'N1', kind: 'lpwan-node', department: 'epd', latitude: 22.3, longitude: 114.1 };

  it('keeps a type as it was given, script and all', async () => {
    expect(await registry().deviceTypes.get('acme-th-1')).toBeNull();
    const put = await registry().deviceTypes.put(acme());
    expect(put).toEqual({ ...acme(), createdAt: clock.time, updatedAt: clock.time });
    expect(await (await another()).deviceTypes.get('acme-th-1')).toEqual(put);
  });

  it('replaces a type; when it was first added is not forgotten', async () => {
    const createdAt = clock.time;
    await registry().deviceTypes.put(acme());
    clock.time += 5_000;
    const second = await registry().deviceTypes.put(acme({ script: null, revision: 'r2', examples: [] }));
    expect(second).toMatchObject({ script: null, revision: 'r2', examples: [], createdAt, updatedAt: clock.time });
    expect(await registry().deviceTypes.list()).toEqual([second]);
  });

  it('lists in order of id', async () => {
    for (const id of ['b', 'c', 'a']) await registry().deviceTypes.put(acme({ id }));
    expect((await registry().deviceTypes.list()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('does not let go of a type that devices are of', async () => {
    await registry().deviceTypes.put(acme());
    await registry().devices.create([{ ...device, deviceType: 'acme-th-1' }]);
    expect(await registry().deviceTypes.countDevices('acme-th-1')).toBe(1);
    await expect(registry().deviceTypes.remove('acme-th-1')).rejects.toMatchObject({
      code: 'conflict',
      message: '1 device is of the type acme-th-1',
    });
    await registry().devices.update('N1', { deviceType: null });
    expect(await registry().deviceTypes.remove('acme-th-1')).toBe(true);
    expect(await registry().deviceTypes.remove('acme-th-1')).toBe(false);
    expect(await registry().deviceTypes.countDevices('acme-th-1')).toBe(0);
  });

  it('is followed in the log of changes', async () => {
    const position = await registry().position();
    await registry().deviceTypes.put(acme());
    await registry().deviceTypes.remove('acme-th-1');
    await registry().deviceTypes.remove('nobody');
    expect((await registry().changes(position, 10)).map(({ entity, id }) => [entity, id])).toEqual([
      ['device-type', 'acme-th-1'],
      ['device-type', 'acme-th-1'],
    ]);
  });
}

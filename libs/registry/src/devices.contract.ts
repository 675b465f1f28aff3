import { expect, it } from '@jest/globals';
import { DEFAULT_QUOTA } from '#core';
import type { ContractContext } from './contract-context.contract.js';
import type { NewDevice } from './devices.js';

const at = (id: string, change: Partial<NewDevice> = {}): NewDevice => ({
  id,
  kind: 'smart-lamppost',
  department: 'hyd',
  latitude: 22.3,
  longitude: 114.2,
  ...change,
});

export function deviceContract({ registry, clock }: ContractContext): void {
  it('creates a device with its district and sensible defaults', async () => {
    const [made] = await registry().devices.create([at('GF3637')]);
    expect(made).toEqual({
      ...at('GF3637'),
      district: 'A',
      name: 'GF3637',
      tags: {},
      intervalMs: null,
      enabled: true,
      devEui: null,
      deviceType: null,
      quota: null,
      isolation: null,
      createdAt: clock.time,
      updatedAt: clock.time,
    });
    expect(await registry().devices.get('GF3637')).toEqual(made);
    expect(await registry().devices.get('gf3637')).toBeNull();
  });

  it('finds a device by its id and by its DevEUI, in either case of letters', async () => {
    await registry().devices.create([at('LPN-1', { devEui: '0016C001F000175A', deviceType: 'acme-node' }), at('B')]);
    expect(await registry().devices.get('LPN-1')).toMatchObject({
      devEui: '0016c001f000175a',
      deviceType: 'acme-node',
    });
    const names = async (...asked: string[]) => (await registry().devices.findByName(asked)).map(({ id }) => id);
    expect(await names('0016C001f000175a')).toEqual(['LPN-1']);
    expect(await names('LPN-1', 'B', 'nobody')).toEqual(['B', 'LPN-1']);
    expect(await names()).toEqual([]);
  });

  it('refuses a DevEUI that is given twice or belongs to another device', async () => {
    const devEui = '0016c001f000175a';
    await expect(registry().devices.create([at('A', { devEui }), at('B', { devEui })])).rejects.toMatchObject({
      code: 'conflict',
    });
    await registry().devices.create([at('A', { devEui }), at('B')]);
    await expect(registry().devices.create([at('C', { devEui })])).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(devEui) as unknown,
    });
    await expect(registry().devices.update('B', { devEui })).rejects.toMatchObject({ code: 'conflict' });
    await registry().devices.update('A', { devEui: null });
    expect(await registry().devices.update('B', { devEui })).toMatchObject({ devEui });
  });

  it('T34 refuses an id that is the DevEUI of another device, and the other way round: it would get that one’s uplinks', async () => {
    const [one, two, three] = ['0016c001f000175a', '0016c001f000175b', '0016c001f000175c'];
    await registry().devices.create([at('A', { devEui: one }), at(two), at(three, { devEui: three })]);
    const refused = (devEui: string) => ({
      code: 'conflict',
      message: expect.stringMatching(devEui) as unknown,
    });
    await expect(registry().devices.create([at(one)])).rejects.toMatchObject(refused(one));
    await expect(registry().devices.create([at('B', { devEui: two })])).rejects.toMatchObject(refused(two));
    await expect(registry().devices.update('A', { devEui: two })).rejects.toMatchObject(refused(two));
    const [four, five] = ['0016c001f000175d', '0016c001f000175e'];
    await expect(registry().devices.create([at(four), at('C', { devEui: four })])).rejects.toMatchObject(refused(four));
    // Its own is no other's.
    expect(await registry().devices.update(two, { devEui: two.toUpperCase() })).toMatchObject({ devEui: two });
    await registry().devices.update(three, { devEui: five });
    expect(await registry().devices.update(three, { devEui: three })).toMatchObject({ devEui: three });
  });

  it('keeps every field as given', async () => {
    const full = at('T-1', {
      name: "旺角 O'Neill \\ %_",
      tags: { feeder: 'F=1', 備註: '"x"' },
      intervalMs: 90_000,
      latitude: 22.123456789,
      longitude: 114.987654321,
    });
    await registry().devices.create([full]);
    expect(await registry().devices.get('T-1')).toMatchObject(full);
  });

  it('creates all or nothing, and names those that exist', async () => {
    await registry().devices.create([at('B')]);
    const position = await registry().position();
    const act = registry().devices.create([at('A'), at('B'), at('C')]);
    await expect(act).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/: B$/) as unknown });
    expect(await registry().devices.count({ departments: null })).toBe(1);
    expect(await registry().position()).toBe(position);
  });

  it('refuses a list that repeats an id', async () => {
    await expect(registry().devices.create([at('A'), at('B'), at('A')])).rejects.toMatchObject({ code: 'conflict' });
    expect(await registry().devices.count({ departments: null })).toBe(0);
  });

  it('creates thousands at once', async () => {
    const many = Array.from({ length: 3_001 }, (_, i) => at(`L${String(i).padStart(5, '0')}`));
    expect(await registry().devices.create(many)).toHaveLength(3_001);
    expect(await registry().devices.getMany(many.map((device) => device.id))).toHaveLength(3_001);
    expect(await registry().devices.create([])).toEqual([]);
  });

  it('lists in order of id, in pages, by each filter', async () => {
    await registry().devices.create([
      at('b-2', { department: 'epd', tags: { x: '1' } }),
      at('B-1', { latitude: 22.4 }),
      at('a_1', { kind: 'smart-toilet', name: 'Pier 5' }),
      at('a-1', { longitude: 113.9 }),
    ]);
    const ids = async (query: object): Promise<string[]> =>
      (await registry().devices.list({ departments: null, limit: 100, ...query })).map((device) => device.id);
    // Byte order, whatever the locale of the database.
    expect(await ids({})).toEqual(['B-1', 'a-1', 'a_1', 'b-2']);
    expect(await ids({ limit: 2 })).toEqual(['B-1', 'a-1']);
    expect(await ids({ after: 'a-1' })).toEqual(['a_1', 'b-2']);
    expect(await ids({ departments: ['epd', 'td'] })).toEqual(['b-2']);
    expect(await ids({ departments: [] })).toEqual([]);
    expect(await ids({ kind: 'smart-toilet' })).toEqual(['a_1']);
    expect(await ids({ district: 'N' })).toEqual(['B-1']);
    expect(await ids({ ids: ['b-2', 'nope', 'a-1'] })).toEqual(['a-1', 'b-2']);
    expect(await ids({ ids: [] })).toEqual([]);
    expect(await ids({ bbox: [114.1, 22.2, 114.3, 22.35] })).toEqual(['a_1', 'b-2']);
    expect(await ids({ search: 'pIeR' })).toEqual(['a_1']);
    expect(await ids({ search: 'B-' })).toEqual(['B-1', 'b-2']);
    expect(await ids({ search: '_' })).toEqual(['a_1']);
    expect(await ids({ search: '%' })).toEqual([]);
    expect(await registry().devices.count({ departments: null, search: '-' })).toBe(3);
    expect(await registry().devices.count({ departments: [] })).toBe(0);
  });

  it('updates what is named, moves the district with the position, and answers null for an unknown id', async () => {
    await registry().devices.create([at('A', { intervalMs: 1_000, tags: { a: '1' } })]);
    clock.time += 10;
    expect(await registry().devices.update('A', { latitude: 22.5, enabled: false, tags: {} })).toMatchObject({
      latitude: 22.5,
      longitude: 114.2,
      district: 'N',
      enabled: false,
      tags: {},
      intervalMs: 1_000,
      createdAt: clock.time - 10,
      updatedAt: clock.time,
    });
    expect((await registry().devices.get('A'))?.district).toBe('N');
    expect(await registry().devices.update('Z', { name: 'x' })).toBeNull();
  });

  it('takes away what a device has of its own when that is null', async () => {
    const own = { intervalMs: 1_000, devEui: '0016c001f000175a', quota: DEFAULT_QUOTA };
    await registry().devices.create([at('A', own)]);
    const nothing = { intervalMs: null, devEui: null, quota: null };
    expect(await registry().devices.update('A', nothing)).toMatchObject(nothing);
  });

  it.each([
    `x'; drop table devices; --`,
    `" or ""="`,
    `%' or 1=1 --`,
    'A\u0000B',
    '\\',
    '${1}',
    '$1',
    '?',
    ':id',
    '../../etc/passwd',
  ])('T31 takes %j as text in every parameter', async (text) => {
    await registry().devices.create([at('A')]);
    const query = { departments: null, limit: 10 };
    expect(await registry().devices.get(text)).toBeNull();
    expect(await registry().devices.getMany([text])).toEqual([]);
    for (const filter of [
      { departments: [text] },
      { kind: text },
      { district: text },
      { ids: [text] },
      { search: text },
    ]) {
      expect(await registry().devices.list({ ...query, ...filter })).toEqual([]);
    }
    expect(await registry().devices.list({ ...query, after: `z${text}` })).toEqual([]);
    expect(await registry().devices.remove(text)).toBe(false);
    expect(await registry().devices.update(text, { name: text })).toBeNull();
    expect((await registry().devices.update('A', { name: text }))?.id).toBe('A');
    expect((await registry().devices.get('A'))?.name).toBe(text.replace('\u0000', '\uFFFD'));
  });
}

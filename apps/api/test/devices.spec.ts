import { verifyKey } from '#identity';
import { ADMIN, lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';

describe('devices', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  it('registers one device and shows its key once', async () => {
    const created = await api.ask('POST', '/v1/devices', { body: { ...lamppost('GF3637'), name: 'Des Voeux Road' } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      id: 'GF3637',
      kind: 'smart-lamppost',
      department: 'hyd',
      district: 'A',
      name: 'Des Voeux Road',
      enabled: true,
    });
    const { mqtt } = created.body;
    expect(mqtt).toEqual({
      clientId: 'GF3637',
      username: 'GF3637',
      password: expect.stringMatching(/^[\w-]{32}$/),
      topic: 'city/hyd/smart-lamppost/GF3637/telemetry',
    });
    const credential = await api.registry.credentials.get('GF3637');
    expect(verifyKey(api.settings.pepper, mqtt.password, credential!.keyHash)).toBe(true);

    const read = await api.ask('GET', '/v1/devices/GF3637');
    expect(read.status).toBe(200);
    expect(read.body).not.toHaveProperty('mqtt');
    expect(read.text).not.toContain(mqtt.password);
  });

  it('registers an array all or nothing', async () => {
    const both = await api.ask('POST', '/v1/devices', { body: [lamppost('AR1'), lamppost('AR2')] });
    expect(both.status).toBe(201);
    expect(both.body.map((device: { mqtt: { username: string } }) => device.mqtt.username)).toEqual(['AR1', 'AR2']);
    const again = await api.ask('POST', '/v1/devices', { body: [lamppost('AR3'), lamppost('AR1')] });
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: 'conflict', type: '/docs/errors#conflict' });
    expect((await api.ask('GET', '/v1/devices/AR3')).status).toBe(404);
  });

  it('names every fault of a request with its pointer', async () => {
    const answer = await api.ask('POST', '/v1/devices', {
      body: [
        lamppost('OK1'),
        { ...lamppost('bad id!'), latitude: 91, colour: 'red' },
        { ...lamppost('OK2'), kind: 'toaster', department: 'nasa' },
      ],
    });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const pointers = answer.body.errors.map((fault: { pointer: string }) => fault.pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/1/id', '/1/latitude', '/1/colour', '/2/kind', '/2/department']));
  });

  it('pages in order of id, filters and counts', async () => {
    await api.ask('POST', '/v1/devices', {
      body: ['P1', 'P2', 'P3'].map((id) => ({ ...lamppost(id), department: 'fehd', kind: 'smart-toilet' })),
    });
    const first = await api.ask('GET', '/v1/devices?kind=smart-toilet&limit=2');
    expect(first.body).toMatchObject({ total: 3, next: 'P2' });
    const second = await api.ask('GET', '/v1/devices?kind=smart-toilet&limit=2&after=P2');
    expect(second.body.devices.map(({ id }: { id: string }) => id)).toEqual(['P3']);
    expect(second.body.next).toBeNull();
    const inside = await api.ask('GET', '/v1/devices?kind=smart-toilet&bbox=114.1,22.2,114.2,22.3');
    expect(inside.body.total).toBe(3);
    const outside = await api.ask('GET', '/v1/devices?kind=smart-toilet&bbox=113.8,22.2,113.9,22.3');
    expect(outside.body.total).toBe(0);
  });

  it.each([
    ['bbox=1,2,3', '/bbox'],
    ['limit=0', '/limit'],
    ['limit=many', '/limit'],
    ['color=red', '/color'],
  ])('refuses the query %s', async (query, pointer) => {
    const answer = await api.ask('GET', `/v1/devices?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.pointer).toBe(pointer);
  });

  it('changes, rotates the key of and removes a device', async () => {
    const { body: made } = await api.ask('POST', '/v1/devices', { body: lamppost('CH1') });
    const changed = await api.ask('PATCH', '/v1/devices/CH1', {
      body: { name: 'Pier', enabled: false, latitude: 22.3, longitude: 114.17 },
    });
    expect(changed.body).toMatchObject({ name: 'Pier', enabled: false, district: 'E' });
    expect((await api.ask('PATCH', '/v1/devices/CH1', { body: { department: 'nasa' } })).status).toBe(400);

    const rotated = await api.ask('POST', '/v1/devices/CH1/rotate-key');
    expect(rotated.status).toBe(200);
    expect(rotated.body.mqtt.password).not.toBe(made.mqtt.password);
    const credential = await api.registry.credentials.get('CH1');
    expect(verifyKey(api.settings.pepper, made.mqtt.password, credential!.keyHash)).toBe(false);

    expect((await api.ask('DELETE', '/v1/devices/CH1')).status).toBe(204);
    expect((await api.ask('GET', '/v1/devices/CH1')).status).toBe(404);
    const gone = await api.registry.credentials.get('CH1');
    expect(gone === null || gone.revokedAt !== null).toBe(true);
  });

  it('imports CSV, after a dry run that lists every bad row', async () => {
    const csv =
      'id,kind,department,latitude,longitude,name\nI1,smart-lamppost,hyd,22.28,114.16,One\nI2,toaster,hyd,22.28,114.16,\nI3,smart-lamppost,hyd,north,114.16,\n';
    const headers = { 'content-type': 'text/csv' };
    const dry = await api.ask('POST', '/v1/devices/import?dryRun=true', { body: csv, headers });
    expect(dry.status).toBe(200);
    expect(dry.body).toMatchObject({ rows: 3, valid: 1, created: 0 });
    expect(dry.body.faults.map(({ row, column }: { row: number; column: string }) => [row, column])).toEqual([
      [3, 'kind'],
      [4, 'latitude'],
    ]);
    expect((await api.ask('GET', '/v1/devices/I1')).status).toBe(404);

    const real = await api.ask('POST', '/v1/devices/import', { body: csv, headers });
    expect(real.status).toBe(201);
    expect(real.body).toMatchObject({ created: 1, devices: [{ id: 'I1', mqtt: { username: 'I1' } }] });
    expect((await api.ask('GET', '/v1/devices/I1')).body.name).toBe('One');
    expect((await api.ask('POST', '/v1/devices/import', { body: { a: 1 } })).status).toBe(415);
  });

  it('lists kinds, departments and districts', async () => {
    const { body } = await api.ask('GET', '/v1/kinds');
    expect(body.kinds.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['smart-lamppost', 'smart-toilet', 'lpwan-node', 'rodent-camera']),
    );
    const one = await api.ask('GET', '/v1/kinds/smart-lamppost');
    expect(one.body.jsonSchema).toMatchObject({ $id: 'urn:lamplighter:kind:smart-lamppost' });
    expect((await api.ask('GET', '/v1/kinds/toaster')).status).toBe(404);
    expect((await api.ask('GET', '/v1/departments')).body.departments).toContainEqual(
      expect.objectContaining({ id: 'hyd' }),
    );
    expect((await api.ask('GET', '/v1/districts')).body.districts).toHaveLength(18);
  });

  it('leaves an audit of who changed what', async () => {
    const { body } = await api.ask('GET', '/v1/audit?subject=GF3637', { as: ADMIN });
    expect(body.entries).toEqual([
      expect.objectContaining({ actor: 'admin', action: 'device-created', subject: 'GF3637' }),
    ]);
  });
});

import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';

/** JSON has two ways of saying nothing: a member that is absent, and one that is null. */
describe('null in a request', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
    await api.ask('POST', '/v1/devices', {
      body: lamppost('N', { intervalMs: 5_000, tags: { street: 'Peel Street' } }),
    });
    await api.ask('POST', '/v1/network-servers', {
      body: {
        id: 'ns',
        type: 'chirpstack',
        applications: ['meters'],
        downlink: { url: 'https://lns.example.org/down' },
      },
    });
  });
  afterAll(() => api.close());

  it.each(['department', 'latitude', 'longitude', 'name', 'tags', 'enabled'])(
    'is refused as the %s of a device, which always has one',
    async (field) => {
      const before = (await api.ask('GET', '/v1/devices/N')).body;
      const answer = await api.ask('PATCH', '/v1/devices/N', { body: { [field]: null } });
      expect([answer.status, answer.body.pointer]).toEqual([400, `/${field}`]);
      expect((await api.ask('GET', '/v1/devices/N')).body).toEqual(before);
    },
  );

  it('takes away what a device may do without', async () => {
    const nothing = { intervalMs: null, devEui: null, deviceType: null, quota: null };
    const answer = await api.ask('PATCH', '/v1/devices/N', { body: nothing });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(nothing);
  });

  it('is refused as the name of a network server, and takes its downlinks and the limit of its applications away', async () => {
    const answer = await api.ask('PATCH', '/v1/network-servers/ns', { body: { name: null } });
    expect([answer.status, answer.body.pointer]).toEqual([400, '/name']);
    const changed = await api.ask('PATCH', '/v1/network-servers/ns', { body: { applications: null, downlink: null } });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ applications: null, downlink: null });
  });

  it('as the life of a key or a claim is no life of no days', async () => {
    const key = await api.ask('POST', '/v1/api-keys', { body: { name: 'x', role: 'viewer', expiresInDays: null } });
    expect(key.body.expiresAt).toBeNull();
    const claim = await api.ask('POST', '/v1/claims', {
      body: { kind: 'smart-lamppost', department: 'hyd', expiresInDays: null },
    });
    expect(claim.body.claims[0].state).toBe('outstanding');
  });
});

describe('departments that there are not', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  const DEFINITION = {
    type: 'absence',
    titles: { en: 'Silent', 'zh-Hant': '沒有數據', 'zh-Hans': '没有数据' },
    severity: 'low',
    intervals: 5,
    advice: { en: 'Look', 'zh-Hant': '檢查', 'zh-Hans': '检查' },
  };

  it.each([
    ['POST', '/v1/api-keys', { name: 'x', role: 'viewer', departments: ['hyd', 'hdy'] }, '/departments/1'],
    ['PUT', '/v1/accounts/chan', { password: 'a long enough one', role: 'viewer', departments: ['hdy'] }, '/departments/0'], // prettier-ignore
    ['POST', '/v1/rules', { id: 'r', kind: 'smart-lamppost', department: 'hdy', definition: DEFINITION }, '/department'], // prettier-ignore
    ['POST', '/v1/templates', { id: 't', kind: 'smart-lamppost', department: 'hdy' }, '/department'],
    ['POST', '/v1/devices', lamppost('D', { department: 'hdy' }), '/department'],
  ])('%s %s names what is wrong', async (method, url, body, pointer) => {
    const answer = await api.ask(method, url, { body });
    expect([answer.status, answer.body.pointer]).toEqual([400, pointer]);
    expect(answer.text).toContain('There is no such department; see GET /v1/departments.');
  });
});

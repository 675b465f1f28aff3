import type { Alarm, DeviceQuality } from '#registry';
import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';

const alarmOf = (device: string, department: string): Omit<Alarm, 'active' | 'acknowledged' | 'clearedAt'> => ({
  id: `pm25-high:${device}:1000`,
  rule: 'pm25-high',
  device,
  kind: 'smart-lamppost',
  department,
  district: 'A',
  severity: 'high',
  metric: 'pm25',
  titles: { en: 'PM2.5', 'zh-Hant': 'PM2.5', 'zh-Hans': 'PM2.5' },
  raisedAt: 1000,
  value: 80,
  limit: 75,
});

const RULE = {
  kind: 'smart-lamppost',
  definition: {
    type: 'absence',
    titles: { en: 'Silent', 'zh-Hant': '沒有數據', 'zh-Hans': '没有数据' },
    severity: 'low',
    intervals: 5,
    advice: { en: 'Look', 'zh-Hant': '檢查', 'zh-Hans': '检查' },
  },
};

const QUALITY: DeviceQuality = {
  device: 'THEIRS',
  kind: 'smart-lamppost',
  department: 'epd',
  district: 'A',
  score: 10,
  grade: 'poor',
  assessedAt: 1,
  report: {
    window: { from: 0, to: 1 },
    completeness: { received: 1, expected: 2, ratio: 0.5 },
    gaps: { count: 0, longestMs: 0, latest: [] },
    stuck: [],
    spikes: {},
    clock: null,
    battery: null,
    rejected: { messages: 0, share: 0 },
    radio: null,
    reasons: [],
  },
};

/** A body that the route would take, so that nothing but the scope can refuse the request. */
const BODIES: Readonly<Record<string, unknown>> = {
  'patch /v1/devices/{id}': { name: 'mine now' },
  'post /v1/devices/{id}/downlinks': { fPort: 1, hex: '00' },
  'patch /v1/network-servers/{id}': { name: 'mine now' },
  'post /v1/sightings/{id}/adopt': { kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.2 },
  'post /v1/alarms/{id}/acknowledge': { reason: 'mine now' },
  'post /v1/alarms/{id}/comment': { text: 'mine now' },
  'put /v1/rules/{id}': RULE,
  'post /v1/devices/{id}/isolate': { reason: 'mine now' },
  'put /v1/templates/{id}': { kind: 'smart-lamppost', department: 'hyd' },
  'put /v1/accounts/{username}': { password: 'mine now, all of it', role: 'admin', departments: ['hyd'] },
};
/** The same for everybody, or for network servers with keys of their own, whoever else may ask. */
const UNSCOPED: ReadonlySet<string> = new Set([
  'get /v1/kinds/{name}',
  // Device types belong to the whole city; those of one department may not change them (device-types.spec.ts).
  'get /v1/device-types/{id}',
  'post /v1/device-types/{id}/test',
  'put /v1/device-types/{id}',
  'delete /v1/device-types/{id}',
  'get /v1/kinds/{name}/template',
  'post /v1/network/things-stack/{server}',
  'post /v1/network/chirpstack/{server}',
]);

/** Lists of what belongs to departments, as they are asked here. */
const LISTS: Readonly<Record<string, string>> = {
  'get /v1/alarms': '/v1/alarms',
  'get /v1/api-keys': '/v1/api-keys',
  'get /v1/claims': '/v1/claims',
  'get /v1/dead-letters': '/v1/dead-letters',
  'get /v1/dead-letters/groups': '/v1/dead-letters/groups?by=device',
  'get /v1/dead-letters/replays': '/v1/dead-letters/replays',
  'get /v1/devices': '/v1/devices',
  'get /v1/groups': '/v1/groups',
  'get /v1/latest': '/v1/latest',
  'get /v1/ledger': '/v1/ledger?groupBy=device',
  'get /v1/quality': '/v1/quality',
  'get /v1/readings': '/v1/readings?kind=smart-lamppost',
  'get /v1/rules': '/v1/rules',
  'get /v1/sightings': '/v1/sightings',
  'get /v1/templates': '/v1/templates',
};
/** The rest of the routes that are read without an id. */
const NO_LISTS: Readonly<Record<string, string>> = {
  'get /v1/departments': 'the same for everybody',
  'get /v1/districts': 'the same for everybody',
  'get /v1/kinds': 'the same for everybody',
  'get /v1/device-types': 'of the whole city',
  'get /v1/gateways': 'numbers of gateways, which hear the devices of all departments',
  'get /v1/privacy-register': 'public',
  'get /v1/session': 'about the caller',
  'get /v1/audit': 'for who sees all departments (below)',
  'get /v1/network-servers': 'for who sees all departments (below)',
  'get /v1/alarms/stream': 'streams.spec.ts',
  'get /v1/stream': 'streams.spec.ts',
};

describe('T34 things of other departments', () => {
  let api: Harness;
  let ours: string;
  /** By the first part of the route: an id that is there, and belongs to another department. */
  let foreign: Record<string, string>;
  let routes: string[];

  beforeAll(async () => {
    api = await startApi();
    ours = await keyFor(api, 'admin', ['hyd']);
    await api.ask('POST', '/v1/devices', { body: [lamppost('OURS'), lamppost('THEIRS', { department: 'epd' })] });
    const space = { kind: 'parking-space', department: 'epd', tags: { street: 'THEIRS' } };
    await api.ask('POST', '/v1/devices', { body: lamppost('THEIRS-SPACE', space) });
    await api.registry.alarms.applyEvaluation(
      [
        { type: 'raise', alarm: alarmOf('OURS', 'hyd'), reason: 'x' },
        { type: 'raise', alarm: alarmOf('THEIRS', 'epd'), reason: 'x' },
      ],
      { name: 'test', state: '' },
    );
    await api.ask('POST', '/v1/rules', { body: { ...RULE, id: 'theirs', department: 'epd' } });
    await api.ask('POST', '/v1/rules', { body: { ...RULE, id: 'their-device', device: 'THEIRS' } });
    await api.ask('POST', '/v1/rules', { body: { ...RULE, id: 'ours', department: 'hyd' } });
    await api.ask('POST', '/v1/rules', { body: { ...RULE, id: 'everybody' } });
    await api.ask('PUT', '/v1/accounts/them', {
      body: { password: 'a long enough one', role: 'viewer', departments: ['epd'] },
    });
    await api.ask('POST', '/v1/network-servers', { body: { id: 'of-all', type: 'chirpstack' } });
    const key = (await keyFor(api, 'viewer', ['epd'])).split('_')[1]!;
    const rejections = [{ code: 'out-of-range', pointer: '', detail: 'Too hot.' }];
    const letter = { id: '7-0', sequence: 7, source: 'THEIRS', topic: 't', payload: new Uint8Array(1), receivedAt: 1, device: 'THEIRS', department: 'epd', kind: 'smart-lamppost', partial: true, rejections }; // prettier-ignore
    await api.store.commit({ consumer: 'test', readings: [], deadLetters: [letter], outcomes: [], position: null });
    await api.registry.quality.put([QUALITY]);
    const job = { createdBy: 'them', departments: ['epd'], filter: {}, beforeSequence: 0, total: 1 };
    await api.registry.replays.create({ ...job, id: '7-0' });
    const sighting = { source: 'x', application: null, topic: 't', name: null, profile: null, firstSeen: 1, lastSeen: 1, messages: 1, logins: 0 }; // prettier-ignore
    await api.registry.sightings.record([{ ...sighting, id: 'UNKNOWN' }]);
    foreign = {
      devices: 'THEIRS',
      alarms: alarmOf('THEIRS', 'epd').id,
      rules: 'theirs',
      'api-keys': key,
      accounts: 'them',
      groups: 'street:parking-space:epd:theirs',
      // Brings messages of every department.
      'network-servers': 'of-all',
      // The same id for a letter and for a replay.
      'dead-letters': '7-0',
      sightings: 'UNKNOWN',
    };
    await api.ask('POST', '/v1/templates', {
      body: { id: 'their-template', kind: 'smart-lamppost', department: 'epd' },
    });
    const claimed = await api.ask('POST', '/v1/claims', { body: { kind: 'smart-lamppost', department: 'epd' } });
    const imported = await api.ask('POST', '/v1/devices/import?async=true', {
      body: 'id,kind,latitude,longitude\n',
      headers: { 'content-type': 'text/csv' },
    });
    Object.assign(foreign, {
      templates: 'their-template',
      claims: claimed.body.claims[0].id,
      imports: imported.body.id,
    });
    const { paths } = (await api.ask('GET', '/openapi.json', { as: '' })).body as {
      paths: Record<string, Record<string, object>>;
    };
    routes = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`));
  });
  afterAll(() => api.close());

  it('T34 every route with an id answers 404 for a foreign one, as for one that is not there', async () => {
    const withId = routes.filter((route) => route.includes('{') && !UNSCOPED.has(route));
    expect(withId.length).toBeGreaterThanOrEqual(15);
    for (const route of withId) {
      const [method, path] = route.split(' ') as [string, string];
      const resource = path.split('/')[2]!;
      const ask = { as: ours, ...(BODIES[route] === undefined ? {} : { body: BODIES[route] }) };
      const url = (id: string): string => path.replace(/\{\w+\}/, encodeURIComponent(id));
      const theirs = await api.ask(method.toUpperCase(), url(foreign[resource]!), ask);
      expect(`${route} ${theirs.status}`).toBe(`${route} 404`);
      const nothing = await api.ask(method.toUpperCase(), url('does-not-exist'), ask);
      if (route !== 'put /v1/accounts/{username}') {
        expect(`${route} ${nothing.status}`).toBe(`${route} 404`);
        expect({ ...nothing.body, requestId: '' }).toEqual({ ...theirs.body, requestId: '' });
      }
    }
    expect(await api.registry.devices.get('THEIRS')).toMatchObject({ name: 'THEIRS' });
    expect(await api.registry.alarms.get(foreign.alarms!)).toMatchObject({ acknowledged: false });
    expect(await api.registry.rules.get('theirs')).not.toBeNull();
  });

  it('T34 a rule for a foreign device is foreign', async () => {
    expect((await api.ask('GET', '/v1/rules/their-device', { as: ours })).status).toBe(404);
    expect((await api.ask('DELETE', '/v1/rules/their-device', { as: ours })).status).toBe(404);
  });

  it('T34 every list leaves foreign things out, also when asked for them', async () => {
    const lists = routes.filter((route) => route.startsWith('get /v1/') && !route.includes('{'));
    expect([...Object.keys(LISTS), ...Object.keys(NO_LISTS)].sort()).toEqual(lists.sort());
    for (const url of [...Object.values(LISTS), '/v1/groups?kind=parking-space']) {
      const answer = await api.ask('GET', url, { as: ours });
      expect(`${url} ${answer.status}`).toBe(`${url} 200`);
      expect(answer.text).not.toContain('THEIRS');
      expect(answer.text).not.toContain('"epd"');
    }
    for (const url of [
      '/v1/devices?department=epd',
      '/v1/latest?department=epd',
      '/v1/alarms?department=epd',
      '/v1/dead-letters?department=epd',
      '/v1/dead-letters/groups?department=epd',
      '/v1/groups?department=epd',
      '/v1/quality?department=epd',
    ]) {
      const { body } = await api.ask('GET', url, { as: ours });
      expect(Object.values(body as Record<string, unknown>).find(Array.isArray)).toEqual([]);
    }
    expect((await api.ask('GET', '/v1/ledger?device=THEIRS', { as: ours })).status).toBe(404);
    for (const url of ['/v1/audit', '/v1/network-servers'])
      expect((await api.ask('GET', url, { as: ours })).status).toBe(403);
  });

  it('T34 nothing can be put into a foreign department', async () => {
    expect(
      (await api.ask('POST', '/v1/devices', { as: ours, body: lamppost('NEW', { department: 'epd' }) })).status,
    ).toBe(403);
    expect((await api.ask('PATCH', '/v1/devices/OURS', { as: ours, body: { department: 'epd' } })).status).toBe(403);
    expect(
      (await api.ask('POST', '/v1/rules', { as: ours, body: { ...RULE, id: 'r1', department: 'epd' } })).status,
    ).toBe(403);
    expect((await api.ask('POST', '/v1/rules', { as: ours, body: { ...RULE, id: 'r1' } })).status).toBe(403);
    expect(
      (await api.ask('POST', '/v1/rules', { as: ours, body: { ...RULE, id: 'r1', device: 'THEIRS' } })).status,
    ).toBe(400);
    expect((await api.ask('PUT', '/v1/rules/everybody', { as: ours, body: RULE })).status).toBe(403);
    expect((await api.ask('PUT', '/v1/rules/ours', { as: ours, body: { ...RULE, department: 'hyd' } })).status).toBe(
      200,
    );
    const csv = 'id,kind,department,latitude,longitude\nIMP,smart-lamppost,epd,22.28,114.16\n';
    const imported = await api.ask('POST', '/v1/devices/import', {
      as: ours,
      body: csv,
      headers: { 'content-type': 'text/csv' },
    });
    expect(imported.body).toMatchObject({ created: 0, faults: [{ row: 2, column: 'department' }] });
  });

  it('has a route of the document for every resource of this test', () => {
    for (const resource of Object.keys(foreign))
      expect(routes.some((route) => route.includes(`/v1/${resource}/{`))).toBe(true);
  });
});

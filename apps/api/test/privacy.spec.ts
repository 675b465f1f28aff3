import { readApiSettings } from '../src/environment.js';
import { languageOf } from '../src/privacy/languages.js';
import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';

const CSV = 'id,kind,latitude,longitude\nJ2,journey-time,22.28,114.16\nL2,smart-lamppost,22.28,114.16\n';
const detector = lamppost('J1', { kind: 'journey-time', department: 'td' });

describe('T40 kinds that could identify people', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  it('are not registered without an approval, and the answer says which one is needed', async () => {
    const answer = await api.ask('POST', '/v1/devices', { body: [lamppost('L1'), detector] });
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ code: 'kind-not-approved', pointer: '/kind' });
    expect(answer.body.detail).toContain('A privacy impact assessment');
    expect(answer.body.detail).toContain('LAMPLIGHTER_APPROVED_KINDS=journey-time=<reference of the approval>');
    expect(await api.registry.devices.get('L1')).toBeNull();
  });

  it('are left out of an import, with the row', async () => {
    const { body } = await api.ask('POST', '/v1/devices/import', {
      body: CSV,
      headers: { 'content-type': 'text/csv' },
    });
    expect(body).toMatchObject({ created: 1, faults: [{ row: 2, column: 'kind', code: 'kind-not-approved' }] });
  });

  it('send nothing over HTTP when an approval has ended', async () => {
    const approved = await startApi({ settings: { approvals: new Map([['journey-time', 'PIA/2026/3']]) } });
    const { body } = await approved.ask('POST', '/v1/devices', { body: detector });
    const { username, password } = body.mqtt as { username: string; password: string };
    const as = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const send = () => approved.ask('POST', '/v1/telemetry', { as, body: { values: { meanJourneyTime: 300 } } });
    expect((await send()).status).toBe(202);
    (approved.settings.approvals as Map<string, string>).clear();
    expect((await send()).body).toMatchObject({ status: 403, code: 'kind-not-approved' });
    await approved.close();
  });

  it('an approval that cannot be read stops the start, with all faults', () => {
    const read = () => readApiSettings({ LAMPLIGHTER_APPROVED_KINDS: 'journey-tim=1, smart-lamppost=2, journey-time=', LAMPLIGHTER_REGISTRY: 'x' }); // prettier-ignore
    expect(read).toThrow(/LAMPLIGHTER_REGISTRY[^]*'journey-tim' is not a kind; did you mean 'journey-time'[^]*'smart-lamppost' identifies nobody[^]*'journey-time' has no reference/); // prettier-ignore
  });
});

describe('the privacy register', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi({ settings: { approvals: new Map([['journey-time', 'PIA/2026/<3>']]) } });
  });
  afterAll(() => api.close());
  const ask = (url: string, headers: Record<string, string> = {}) => api.ask('GET', url, { as: '', headers });

  it('is public, says what is collected, and is cached', async () => {
    const { status, body, headers } = await ask('/v1/privacy-register');
    expect(status).toBe(200);
    const entry = (kind: string) => body.register.find((each: { kind: string }) => each.kind === kind);
    expect(entry('journey-time').identifiesPeople.approvalReference).toBe('PIA/2026/<3>');
    expect(entry('journey-time').collects[0]).toMatchObject({ metric: 'token', privacy: 'personal', retentionDays: 1 });
    expect(entry('flood-gauge').collects).toEqual([]);
    expect(headers['cache-control']).toBe('public, max-age=3600');
    const again = await ask('/v1/privacy-register', { 'if-none-match': `W/"x", ${String(headers.etag)}` });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await ask('/v1/privacy-register', { 'if-none-match': '"x"' })).status).toBe(200);
  });

  it('is there as CSV, a row for each thing that is collected', async () => {
    const { text, headers } = await ask('/v1/privacy-register?format=csv');
    expect(headers['content-type']).toContain('text/csv');
    const rows = text.split('\r\n');
    expect(rows[0]).toMatch(/^kind,title_en,title_zh-Hant,title_zh-Hans,department,/);
    expect(rows.find((row) => row.startsWith('journey-time,') && row.includes(',token,'))).toMatch(
      /,personal,.*,1,true,PIA\/2026\/<3>$/,
    );
    expect((await ask('/v1/privacy-register?format=xml')).status).toBe(400);
  });

  it.each([
    ['en', '?lang=en', {}, 'Privacy register', 'Journey time detector'],
    ['zh-Hant', '', { 'accept-language': 'zh-HK,zh;q=0.9,en;q=0.8' }, '私隱登記冊', '行車時間偵測器'],
    ['zh-Hans', '', { 'accept-language': 'en;q=0.5,zh-CN' }, '隐私登记册', '行车时间侦测器'],
  ])('is a page in %s that needs no script', async (language, query, header, title, kind) => {
    const { status, text, headers } = await ask(`/privacy-register${query}`, header);
    expect(status).toBe(200);
    expect(headers['content-language']).toBe(language);
    expect(text).toContain(`<h1>${title}</h1>`);
    expect(text).toContain(`>${kind}</h3>`);
    expect(text).not.toMatch(/<script|style=|onclick/);
    expect(text).toContain('PIA/2026/&#60;3&#62;');
    // Every link to a part of the page leads somewhere, and no id is there twice.
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    expect([...text.matchAll(/<h1/g)]).toHaveLength(1);
    expect((await ask('/privacy-register.css')).headers['content-type']).toContain('text/css');
  });

  it('takes only languages that it has', async () => {
    expect((await ask('/privacy-register?lang=fr')).status).toBe(400);
    expect(
      ['fr', undefined, '*', 'zh', 'zh-Hans-HK', 'yue-HK', 'fr, zh-TW;q=0.1', 'zh;q=0, en'].map(languageOf),
    ).toEqual(
      ['en', 'en', 'en', 'zh-Hant', 'zh-Hans', 'zh-Hant', 'zh-Hant', 'en'], // prettier-ignore
    );
  });

  it('is under the limit of requests like everything else', async () => {
    const limited = await startApi({
      settings: { requestsPerSecond: 1 },
      clock: { now: () => Date.now(), monotonic: () => 0 },
    });
    const answers = await Promise.all([1, 2, 3, 4].map(() => limited.ask('GET', '/privacy-register', { as: '' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
    await limited.close();
  });
});

describe('T39 who looks at values about single persons', () => {
  it('is written down, once for each caller, device and hour', async () => {
    let now = Date.parse('2026-03-02T10:00:00+08:00');
    const api = await startApi({ clock: { now: () => now, monotonic: () => performance.now() } });
    const beacons = Array.from({ length: 22 }, (_, i) =>
      lamppost(`H${i}`, { kind: 'hiker-beacon', department: 'afcd' }),
    );
    await api.ask('POST', '/v1/devices', { body: [...beacons, lamppost('L1')] });
    const read = async () =>
      (await api.registry.audit.list({ limit: 100 }))
        .filter(({ action }) => action === 'personal-data-read')
        .map(({ actor, subject }) => `${actor} ${subject}`)
        .sort();
    await api.ask('GET', '/v1/devices/L1/latest');
    await api.ask('GET', '/v1/devices/H1/readings?metric=battery');
    await api.ask('GET', '/v1/latest?kind=hiker-beacon&metric=battery');
    expect(await read()).toEqual([]);
    await api.ask('GET', '/v1/devices/H1/readings');
    await api.ask('GET', '/v1/devices/H1/latest');
    await api.ask('GET', '/v1/readings?kind=hiker-beacon&metric=latitude&devices=H1,H2');
    expect(await read()).toEqual(['admin H1', 'admin H2']);
    await api.ask('GET', '/v1/latest');
    expect(await read()).toEqual(['admin H1', 'admin H2', 'admin kind:hiker-beacon']);
    now += 3_600_000;
    await api.ask('GET', '/v1/devices/H1/latest');
    expect(await read()).toEqual(['admin H1', 'admin H1', 'admin H2', 'admin kind:hiker-beacon']);
    const entry = (await api.registry.audit.list({ limit: 100 })).find(({ subject }) => subject === 'H1');
    expect(entry?.detail).toMatchObject({ kind: 'hiker-beacon', metrics: expect.arrayContaining(['latitude', 'sos']) });
    await api.close();
  });
});

import { until } from '#core/testing';
import { deviceKinds } from '#kinds';
import { lamppost, startApi } from './harness.js';
import type { Answer, Harness } from './harness.js';
import { keyFor } from './keys.js';

const DAY_MS = 86_400_000;
const CSV = { 'content-type': 'text/csv' };
const PLACE = { latitude: 22.2819, longitude: 114.1589 };
const TEMPLATE = {
  id: 'kowloon',
  kind: 'smart-lamppost',
  department: 'epd',
  namePattern: 'Lamppost {id}',
  intervalMs: 30_000,
  tags: { feeder: 'K12' },
  quota: { messagesPerMinute: 60, burst: 60 },
};

let api: Harness;
const clock = { time: Date.UTC(2026, 10, 25), now: () => clock.time, monotonic: () => clock.time };
beforeAll(async () => {
  api = await startApi({ clock });
  await api.ask('POST', '/v1/templates', { body: TEMPLATE });
});
afterAll(() => api.close());

describe('templates', () => {
  it('are kept, replaced and removed', async () => {
    const { body } = await api.ask('GET', '/v1/templates/kowloon');
    expect(body).toMatchObject({ ...TEMPLATE, deviceType: null, quota: { ...TEMPLATE.quota, bytesPerDay: null } });
    expect((await api.ask('POST', '/v1/templates', { body: TEMPLATE })).status).toBe(409);
    const other = { kind: 'smart-toilet', department: 'fehd' };
    expect((await api.ask('POST', '/v1/templates', { body: { ...other, id: 'wc' } })).status).toBe(201);
    expect((await api.ask('PUT', '/v1/templates/wc', { body: { ...other, intervalMs: 5_000 } })).body).toMatchObject({
      intervalMs: 5_000,
    });
    expect((await api.ask('DELETE', '/v1/templates/wc')).status).toBe(204);
    expect((await api.ask('GET', '/v1/templates')).body.templates.map(({ id }: { id: string }) => id)).toEqual([
      'kowloon',
    ]);
    const wrong = await api.ask('POST', '/v1/templates', { body: { ...TEMPLATE, id: 'x', kind: 'toaster' } });
    expect([wrong.status, wrong.body.pointer]).toEqual([400, '/kind']);
  });

  it('say of a new device what it does not say itself', async () => {
    const { status, body } = await api.ask('POST', '/v1/devices', {
      body: { id: 'T1', ...PLACE, template: 'kowloon', tags: { pole: '7' } },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'smart-lamppost',
      department: 'epd',
      name: 'Lamppost T1',
      intervalMs: 30_000,
      tags: { feeder: 'K12', pole: '7' },
      quota: { messagesPerMinute: 60, burst: 60, bytesPerDay: null },
    });
    const wrong = await api.ask('POST', '/v1/devices', {
      body: [
        { ...lamppost('T2'), template: 'nope' },
        { ...lamppost('T3'), kind: 'smart-toilet', template: 'kowloon' },
      ],
    });
    expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/0/template',
      '/1/template',
    ]);
  });

  it('of a kind are ready to be used: the row is imported, the payload is what the kind takes', async () => {
    // A kind that could identify people needs an approval on record first.
    for (const { name } of deviceKinds.filter(({ identifiesPeople }) => identifiesPeople === undefined)) {
      const { body } = await api.ask('GET', `/v1/kinds/${name}/template`);
      const dry = await api.ask('POST', '/v1/devices/import?dryRun=true', {
        body: `${body.csvHeader}\n${body.csvRow}\n`,
        headers: CSV,
      });
      expect(`${name} ${JSON.stringify(dry.body.faults)}`).toBe(`${name} []`);
      expect(Object.keys(body.payload.values).length).toBeGreaterThan(0);
      expect(body.mosquittoPub).toContain(`-t '${body.topic}'`);
    }
    expect((await api.ask('GET', '/v1/kinds/toaster/template')).status).toBe(404);
  });
});

describe('claims', () => {
  const prepare = async (body: unknown): Promise<{ id: string; code: string; device: string }[]> =>
    (await api.ask('POST', '/v1/claims', { body })).body.claims;
  const redeem = (code: string, as: string): ReturnType<Harness['ask']> =>
    api.ask('POST', '/v1/claims/redeem', { as, body: { code, ...PLACE } });

  it('turn into a device with its key, once, at the hands of an operator', async () => {
    const installer = await keyFor(api, 'operator', ['epd']);
    const [claim] = await prepare({ template: 'kowloon', id: 'C1', devEui: '0016C001F000175A' });
    expect(claim).toMatchObject({ device: 'C1', state: 'outstanding', kind: 'smart-lamppost', department: 'epd' });
    const { status, body } = await redeem(claim!.code.toLowerCase().replaceAll('-', ''), installer);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: 'C1',
      district: 'A',
      name: 'Lamppost C1',
      devEui: '0016c001f000175a',
      mqtt: { clientId: 'C1', topic: 'city/epd/smart-lamppost/C1/telemetry' },
    });
    expect((await redeem(claim!.code, installer)).status).toBe(409);
    const shown = await api.ask('GET', `/v1/claims/${claim!.id}`);
    expect(shown.body).toMatchObject({ state: 'redeemed', redeemedBy: expect.stringMatching(/^key:/) });
    expect(shown.text).not.toContain(claim!.code);
    expect((await api.ask('DELETE', `/v1/claims/${claim!.id}`)).status).toBe(409);
    const { entries } = (await api.ask('GET', `/v1/audit?subject=${claim!.id}`)).body;
    expect(entries.map(({ action }: { action: string }) => action)).toEqual(['claim-redeemed', 'claims-prepared']);
  });

  it('are prepared by the hundred, with ids that are made up, as labels', async () => {
    const labels = await api.ask('POST', '/v1/claims?format=csv', {
      body: [{ kind: 'smart-lamppost', idPrefix: 'LP-', count: 100 }],
    });
    const lines = labels.text.trim().split('\r\n');
    expect(lines[0]).toBe('code,device,kind,department,devEui,deviceType,expiresAt,claim');
    expect(lines).toHaveLength(101);
    expect(lines[1]).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5},LP-\w{10},smart-lamppost,hyd,,,/);
    const first = await api.ask('GET', '/v1/claims?outstanding=true&limit=60');
    const second = await api.ask('GET', `/v1/claims?outstanding=true&limit=60&after=${first.body.next}`);
    expect([first.body.claims.length, second.body.claims.length, second.body.next]).toEqual([60, 40, null]);
  });

  it('end when they are revoked, expire, or somebody registered the device', async () => {
    const [revoked, expired, taken] = await prepare([
      { kind: 'smart-lamppost', id: 'C2' },
      { kind: 'smart-lamppost', id: 'C3', expiresInDays: 1 },
      { kind: 'smart-lamppost', id: 'C4', expiresInDays: 3 },
    ]);
    expect((await api.ask('DELETE', `/v1/claims/${revoked!.id}`)).status).toBe(204);
    const admin = await keyFor(api, 'admin', null);
    expect((await redeem(revoked!.code, admin)).body).toMatchObject({ code: 'conflict', detail: /revoked/ as unknown });
    clock.time += DAY_MS;
    expect((await redeem(expired!.code, admin)).status).toBe(409);
    await api.ask('POST', '/v1/devices', { body: lamppost('C4') });
    expect((await redeem(taken!.code, admin)).status).toBe(409);
    expect((await api.ask('GET', `/v1/claims/${taken!.id}`)).body.state).toBe('outstanding');
    expect((await api.ask('POST', '/v1/claims', { body: { kind: 'smart-lamppost', id: 'C4' } })).status).toBe(409);
  });

  it('are refused with every fault', async () => {
    const { status, body } = await api.ask('POST', '/v1/claims', {
      body: [
        { kind: 'toaster' },
        { kind: 'smart-lamppost', department: 'nasa', template: 'nope' },
        { kind: 'smart-lamppost', id: 'X', count: 2 },
        { kind: 'smart-lamppost', id: 'x/y', colour: 'red' },
        { kind: 'smart-lamppost', id: 'X' },
      ],
    });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/0/kind', '/1/department', '/1/template', '/2/count', '/3/id', '/3/colour', '/4/id']),
    );
  });

  it('T33 cannot be guessed: a slip is told, wrong codes are counted, held up and written down', async () => {
    const installer = await keyFor(api, 'operator', ['hyd']);
    const foreign = (await prepare({ template: 'kowloon' }))[0]!.code;
    const slip = await redeem(`${foreign.slice(0, -1)}${foreign.endsWith('0') ? '1' : '0'}`, installer);
    expect([slip.status, slip.body.pointer]).toEqual([400, '/code']);
    const answers = [];
    for (let i = 0; i < 12; i++) answers.push((await redeem(foreign, installer)).status);
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 404), 429, 429]);
    const { entries } = (await api.ask('GET', `/v1/audit?limit=50`)).body;
    expect(entries).toContainEqual(
      expect.objectContaining({
        action: 'authentication-throttled',
        subject: expect.stringMatching(/^claims by key:/),
        detail: expect.objectContaining({ method: 'claim-code' }),
      }),
    );
    expect(JSON.stringify(entries)).not.toContain(foreign);
  });

  it('are prepared by engineers only', async () => {
    const operator = await keyFor(api, 'operator', ['hyd']);
    expect((await api.ask('POST', '/v1/claims', { as: operator, body: { kind: 'smart-lamppost' } })).status).toBe(403);
    const engineer = await keyFor(api, 'engineer', ['hyd']);
    expect((await api.ask('POST', '/v1/claims', { as: engineer, body: { kind: 'smart-toilet' } })).status).toBe(403);
  });
});

describe('an import that goes on after its request', () => {
  interface Job {
    id: string;
    state: string;
    rows: number;
    checked: number;
    created: number;
    faultCount: number;
    faults: object[];
    keys: string;
  }
  const ended = async (id: string, as?: string): Promise<Job> => {
    const look = async (): Promise<Answer['body']> =>
      (await api.ask('GET', `/v1/imports/${id}`, as === undefined ? {} : { as })).body;
    const job: unknown = await until('the import to end', look, ({ endedAt }) => endedAt !== null, { everyMs: 20 });
    return job as Job;
  };
  const start = (csv: string, query = 'async=true', as?: string): ReturnType<Harness['ask']> =>
    api.ask('POST', `/v1/devices/import?${query}`, { body: csv, headers: CSV, ...(as === undefined ? {} : { as }) });

  it('tells how far it is, what is wrong, and gives the keys once', async () => {
    const rows = Array.from({ length: 1_200 }, (_, i) => `J${i},smart-lamppost,22.3,114.2,`);
    rows.push('J0,smart-lamppost,22.3,114.2,', 'J9999,smart-lamppost,22.3,114.2,xyz');
    const accepted = await start(`id,kind,latitude,longitude,devEui\n${rows.join('\n')}\n`);
    expect(accepted.status).toBe(202);
    expect(accepted.headers.location).toBe(`/v1/imports/${accepted.body.id}`);
    expect((await api.ask('GET', `/v1/imports/${accepted.body.id}/keys`)).status).toBe(409);
    const job = await ended(accepted.body.id);
    expect(job).toMatchObject({ state: 'done', rows: 1_202, checked: 1_202, created: 1_200, faultCount: 2, keys: 'ready' }); // prettier-ignore
    expect(job.faults).toMatchObject([
      { row: 1_202, column: 'id' },
      { row: 1_203, column: 'devEui' },
    ]);
    expect((await api.ask('GET', `/v1/imports/${job.id}/keys`, { as: await keyFor(api, 'admin', null) })).status).toBe(
      404,
    );
    const keys = await api.ask('GET', `/v1/imports/${job.id}/keys`);
    expect(keys.headers['content-type']).toContain('text/csv');
    const lines = keys.text.trim().split('\r\n');
    expect(lines).toHaveLength(1_201);
    expect(lines[1]).toMatch(/^J0,J0,[\w-]{32},city\/hyd\/smart-lamppost\/J0\/telemetry$/);
    expect((await api.ask('GET', `/v1/imports/${job.id}/keys`)).status).toBe(404);
    clock.time += 16 * 60_000;
    expect((await api.ask('GET', `/v1/imports/${job.id}`)).status).toBe(404);
  });

  it('forgets the keys that nobody fetched, and makes none in a dry run', async () => {
    const csv = 'id,kind,latitude,longitude\nJX1,smart-lamppost,22.3,114.2\n';
    const dry = await ended((await start(csv, 'async=true&dryRun=true')).body.id);
    expect(dry).toMatchObject({ state: 'done', created: 0, keys: 'none' });
    const real = await ended((await start(csv)).body.id);
    expect(real).toMatchObject({ created: 1, keys: 'ready' });
    clock.time += 16 * 60_000;
    expect((await api.ask('GET', `/v1/imports/${real.id}/keys`)).status).toBe(404);
  });
});

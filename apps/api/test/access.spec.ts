import { generateKey } from '#identity';
import { basic, lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';

const HOUR_MS = 3_600_000;

describe('who may speak as a device', () => {
  const clock = { time: Date.UTC(2026, 10, 25), now: () => clock.time, monotonic: () => clock.time };
  let api: Harness;
  beforeAll(async () => {
    api = await startApi({ clock });
  });
  afterAll(() => api.close());

  const made = async (id: string, more: object = {}): Promise<string> => {
    const { body } = await api.ask('POST', '/v1/devices', { body: { ...lamppost(id), ...more } });
    return body.mqtt.password as string;
  };
  const send = async (id: string, key: string): Promise<number> =>
    (await api.ask('POST', '/v1/telemetry', { as: basic(id, key), body: { values: { temperature: 20 } } })).status;
  const actions = async (subject: string): Promise<string[]> =>
    (await api.ask('GET', `/v1/audit?subject=${subject}`)).body.entries.map(({ action }: { action: string }) => action);

  it('rotates a key at once, or with an overlap in which both work', async () => {
    const first = await made('K1');
    expect((await api.ask('GET', '/v1/devices/K1')).body.key).toEqual({
      issuedAt: expect.any(String),
      revokedAt: null,
      formerValidUntil: null,
    });
    const second = (await api.ask('POST', '/v1/devices/K1/rotate-key')).body.mqtt.password;
    expect(await send('K1', first)).toBe(401);
    expect(await send('K1', second)).toBe(202);
    const third = (await api.ask('POST', '/v1/devices/K1/rotate-key?grace=PT24H')).body.mqtt.password;
    expect([await send('K1', second), await send('K1', third)]).toEqual([202, 202]);
    expect((await api.ask('GET', '/v1/devices/K1')).body.key.formerValidUntil).toBe(
      new Date(clock.time + 24 * HOUR_MS).toISOString(),
    );
    clock.time += 24 * HOUR_MS;
    expect([await send('K1', second), await send('K1', third)]).toEqual([401, 202]);
    expect((await actions('K1')).filter((action) => action.startsWith('device'))).toEqual([
      'device-key-rotated',
      'device-key-rotated',
      'device-created',
    ]);
  });

  it.each(['P8D', '24h', 'PT', 'P', 'PT-1H', '-PT1H', 'P1M'])('refuses the grace period %s', async (grace) => {
    const answer = await api.ask('POST', `/v1/devices/K1/rotate-key?grace=${grace}`);
    expect([answer.status, answer.body.pointer]).toEqual([400, '/grace']);
  });

  it('revokes a key: the device stays, and may have a new one', async () => {
    const key = await made('K2');
    expect((await api.ask('POST', '/v1/devices/K2/revoke-key')).status).toBe(200);
    expect(await send('K2', key)).toBe(401);
    expect((await api.ask('GET', '/v1/devices/K2')).body.key.revokedAt).toMatch(/^2026-/);
    const next = (await api.ask('POST', '/v1/devices/K2/rotate-key?grace=PT1H')).body.mqtt.password;
    expect([await send('K2', key), await send('K2', next)]).toEqual([401, 202]);
  });

  it('isolates with a reason that is shown, and releases', async () => {
    const key = await made('K3');
    expect((await api.ask('POST', '/v1/devices/K3/isolate', { body: {} })).status).toBe(400);
    const isolated = await api.ask('POST', '/v1/devices/K3/isolate', { body: { reason: 'sends rubbish' } });
    expect(isolated.body).toMatchObject({
      enabled: false,
      isolation: { reason: 'sends rubbish', by: 'admin', at: new Date(clock.time).toISOString() },
    });
    expect(await send('K3', key)).toBe(403);
    const released = await api.ask('POST', '/v1/devices/K3/release');
    expect(released.body).toMatchObject({ enabled: true, isolation: null });
    expect(await send('K3', key)).toBe(202);
    expect((await actions('K3')).filter((action) => action !== 'authentication-failed').slice(0, 2)).toEqual([
      'device-released',
      'device-isolated',
    ]);
  });

  it('needs an engineer', async () => {
    const operator = await keyFor(api, 'operator', ['hyd']);
    for (const path of ['rotate-key', 'revoke-key', 'isolate', 'release'])
      expect((await api.ask('POST', `/v1/devices/K3/${path}`, { as: operator, body: { reason: 'x' } })).status).toBe(
        403,
      );
  });

  it('answers a device above its quota with 429, tells its owner once, and shows what was used', async () => {
    const quota = { messagesPerMinute: 60, burst: 3 };
    const key = await made('Q1', { quota });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await send('Q1', key));
    expect(answers).toEqual([202, 202, 202, 429, 429]);
    const refused = await api.ask('POST', '/v1/telemetry', { as: basic('Q1', key), body: { values: {} } });
    expect(refused.headers['retry-after']).toBe('1');
    const notices = api.bus.published.filter(({ topic }) => topic.endsWith('/Q1/quota'));
    expect(notices.map(({ topic }) => topic)).toEqual(['city/hyd/smart-lamppost/Q1/quota']);
    expect(JSON.parse(notices[0]!.payload.toString())).toMatchObject({
      state: 'throttled',
      path: 'http',
      quota: '60:3',
    });

    api.bus.quotaAnswers = [
      {
        service: 'broker',
        usage: { messagesLastMinute: 7, messagesLastDay: 70, bytesLastDay: 700, throttledForMs: 5_000, throttled: 2 },
      },
      { service: 'ingest', usage: null },
    ];
    const { body } = await api.ask('GET', '/v1/devices/Q1/quota');
    expect(body).toMatchObject({
      device: 'Q1',
      limit: { ...quota, bytesPerDay: null },
      limitFrom: 'device',
      messagesLastMinute: 10,
      messagesLastDay: 73,
      throttled: 5,
      throttledSince: new Date(clock.time - 5_000).toISOString(),
      mqtt: { messagesLastMinute: 7 },
      http: { messagesLastMinute: 3, throttled: 3 },
    });
    expect(body).not.toHaveProperty('gateway');
    clock.time += 3_000;
    expect(await send('Q1', key)).toBe(202);
    expect((await api.ask('PATCH', '/v1/devices/Q1', { body: { quota: null } })).body.quota).toBeNull();
    expect((await api.ask('GET', '/v1/devices/Q1/quota')).body).toMatchObject({ limitFrom: 'default' });
    expect((await api.ask('PATCH', '/v1/devices/Q1', { body: { quota: { burst: 0 } } })).status).toBe(400);
  });

  it('never makes a key that a spreadsheet would take for a formula (T29)', () => {
    for (let i = 0; i < 2_000; i++) expect(generateKey()).toMatch(/^[A-Za-z0-9_][\w-]{31}$/);
  });
});

import type { Alarm } from '#registry';
import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { EventClient } from './event-source.js';
import { keyFor } from './keys.js';

export const raised = (
  device: string,
  raisedAt: number,
  more: Partial<Alarm> = {},
): Omit<Alarm, 'active' | 'acknowledged' | 'clearedAt'> => ({
  id: `pm25-high:${device}:${raisedAt}`,
  rule: 'pm25-high',
  device,
  kind: 'smart-lamppost',
  department: 'hyd',
  district: 'A',
  severity: 'high',
  metric: 'pm25',
  titles: { en: 'PM2.5 high', 'zh-Hant': '微細懸浮粒子偏高', 'zh-Hans': '微细悬浮粒子偏高' },
  raisedAt,
  value: 80,
  limit: 75,
  ...more,
});

const THRESHOLD = {
  type: 'threshold',
  titles: { en: 'Hot', 'zh-Hant': '高溫', 'zh-Hans': '高温' },
  severity: 'medium',
  metric: 'temperature',
  when: 'above',
  limit: 35,
  hysteresis: 1,
  onDelayMs: 0,
  offDelayMs: 60_000,
  advice: { en: 'Look', 'zh-Hant': '檢查', 'zh-Hans': '检查' },
};

describe('alarms', () => {
  let api: Harness;
  const raise = (device: string, at: number, more: Partial<Alarm> = {}) =>
    api.registry.alarms.applyEvaluation(
      [{ type: 'raise', alarm: raised(device, at, more), reason: '80 is above 75' }],
      { name: 'test', state: '' },
    );
  const clear = (alarm: string, at: number) =>
    api.registry.alarms.applyEvaluation(
      [{ type: 'clear', alarm, eventTime: at, value: 60, reason: '60 is below 70' }],
      { name: 'test', state: '' },
    );

  beforeAll(async () => {
    api = await startApi();
    await api.ask('POST', '/v1/devices', { body: [lamppost('L1'), lamppost('L2', { department: 'epd' })] });
  });
  afterAll(() => api.close());

  it('lists, acknowledges and comments, and keeps who did what', async () => {
    await raise('L1', 1000);
    await raise('L1', 2000, { severity: 'low' });
    const url = `/v1/alarms/${encodeURIComponent('pm25-high:L1:1000')}`;
    const all = await api.ask('GET', '/v1/alarms');
    expect(all.body.alarms.map(({ id }: Alarm) => id)).toEqual(['pm25-high:L1:2000', 'pm25-high:L1:1000']);
    expect(all.body.alarms[1]).toMatchObject({
      active: true,
      acknowledged: false,
      raisedAt: '1970-01-01T00:00:01.000Z',
      clearedAt: null,
      value: 80,
      limit: 75,
    });

    const acknowledged = await api.ask('POST', `${url}/acknowledge`, { body: { reason: 'crew on its way' } });
    expect(acknowledged.body).toMatchObject({ active: true, acknowledged: true });
    expect((await api.ask('POST', `${url}/acknowledge`, { body: {} })).status).toBe(200);
    expect((await api.ask('POST', `${url}/acknowledge`)).status).toBe(200);
    expect((await api.ask('POST', `${url}/comment`, { body: { text: 'same as last week' } })).status).toBe(200);
    expect((await api.ask('POST', `${url}/comment`, { body: {} })).status).toBe(400);
    const { timeline } = (await api.ask('GET', url)).body;
    expect(timeline.map(({ type, actor, reason }: Record<string, unknown>) => [type, actor, reason])).toEqual([
      ['raised', 'system', '80 is above 75'],
      ['acknowledged', 'admin', 'crew on its way'],
      ['commented', 'admin', 'same as last week'],
    ]);
    expect((await api.ask('GET', '/v1/alarms?acknowledged=false')).body.alarms).toHaveLength(1);
    expect((await api.ask('GET', '/v1/alarms?severity=low&active=true')).body.alarms).toHaveLength(1);
    expect((await api.ask('GET', '/v1/alarms?from=1500')).body.alarms).toHaveLength(1);
    const page = await api.ask('GET', '/v1/alarms?limit=1');
    expect(
      (await api.ask('GET', `/v1/alarms?limit=1&after=${encodeURIComponent(page.body.next)}`)).body.alarms[0].id,
    ).toBe('pm25-high:L1:1000');
  });

  it('lets viewers look and operators act', async () => {
    const url = `/v1/alarms/${encodeURIComponent('pm25-high:L1:1000')}/comment`;
    expect((await api.ask('POST', url, { as: await keyFor(api, 'viewer', null), body: { text: 'x' } })).status).toBe(
      403,
    );
    expect((await api.ask('POST', url, { as: await keyFor(api, 'operator', null), body: { text: 'x' } })).status).toBe(
      200,
    );
  });

  it('streams only what is new, with the head of the answer as the promise', async () => {
    const client = await EventClient.open(api.url, '/v1/alarms/stream');
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    await raise('L1', 3000);
    await clear('pm25-high:L1:3000', 4000);
    await client.received(2);
    expect(client.events.map(({ event, data }) => [event, data.type, data.alarm.id, data.alarm.active])).toEqual([
      ['alarm', 'raised', 'pm25-high:L1:3000', true],
      ['alarm', 'cleared', 'pm25-high:L1:3000', false],
    ]);
    expect(client.events[0]!.id).toBe(String(client.events[0]!.data.id));
    expect(client.events[1]!.data).toMatchObject({ eventTime: '1970-01-01T00:00:04.000Z', actor: 'system' });
    client.close();
  });

  it('resumes after the last event that was received, without missing or repeating one', async () => {
    const after = await api.registry.alarms.lastTransitionId();
    for (let i = 0; i < 1_200; i += 100) {
      const changes = Array.from({ length: 100 }, (_, j) => ({
        type: 'raise' as const,
        alarm: raised('L1', 10_000 + i + j),
        reason: 'x',
      }));
      await api.registry.alarms.applyEvaluation(changes, { name: 'test', state: '' });
    }
    const client = await EventClient.open(api.url, '/v1/alarms/stream', { 'last-event-id': String(after) });
    for (let i = 0; i < 20; i++) await raise('L1', 20_000 + i);
    await client.received(1_220);
    expect(client.events.map(({ id }) => Number(id))).toEqual(Array.from({ length: 1_220 }, (_, i) => after + 1 + i));
    client.close();
    expect((await api.ask('GET', '/v1/alarms/stream', { headers: { 'last-event-id': 'x' } })).status).toBe(400);
  });

  it('filters, and keeps to the departments of the caller', async () => {
    const ours = { authorization: await keyFor(api, 'viewer', ['epd']) };
    const epd = await EventClient.open(api.url, '/v1/alarms/stream', ours);
    const critical = await EventClient.open(api.url, '/v1/alarms/stream?severity=critical&device=L1,L2');
    await raise('L1', 30_000);
    await raise('L2', 30_001, { department: 'epd' });
    await raise('L1', 30_002, { severity: 'critical' });
    // What must not come to one of them would come before this.
    await raise('L2', 30_003, { department: 'epd', severity: 'critical' });
    await epd.received(2);
    await critical.received(2);
    const idsOf = (client: EventClient): string[] => client.events.map(({ data }) => data.alarm.id as string);
    expect(idsOf(epd)).toEqual(['pm25-high:L2:30001', 'pm25-high:L2:30003']);
    expect(idsOf(critical)).toEqual(['pm25-high:L1:30002', 'pm25-high:L2:30003']);
    epd.close();
    critical.close();
  });

  describe('rules', () => {
    it('are made, replaced and removed by engineers', async () => {
      const made = await api.ask('POST', '/v1/rules', {
        body: { id: 'hot', kind: 'smart-lamppost', definition: THRESHOLD },
      });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({
        id: 'hot',
        department: null,
        device: null,
        enabled: true,
        definition: { id: 'hot', limit: 35 },
      });
      expect(
        (await api.ask('POST', '/v1/rules', { body: { id: 'hot', kind: 'smart-lamppost', definition: THRESHOLD } }))
          .status,
      ).toBe(409);
      const put = await api.ask('PUT', '/v1/rules/hot', {
        body: { kind: 'smart-lamppost', enabled: false, definition: { ...THRESHOLD, limit: 33 } },
      });
      expect(put.body).toMatchObject({ enabled: false, definition: { limit: 33 } });
      expect((await api.ask('GET', '/v1/rules?kind=smart-lamppost')).body.rules).toHaveLength(1);
      expect((await api.ask('DELETE', '/v1/rules/hot', { as: await keyFor(api, 'operator', null) })).status).toBe(403);
      expect((await api.ask('DELETE', '/v1/rules/hot')).status).toBe(204);
      expect((await api.ask('GET', '/v1/rules/hot')).status).toBe(404);
    });

    it.each([
      [{ metric: 'warmth' }, '/definition/metric'],
      [{ limit: 1000 }, '/definition/limit'],
      [{ limit: 'high' }, '/definition/limit'],
      [{ hysteresis: -1 }, '/definition/hysteresis'],
      [{ onDelayMs: 0.5 }, '/definition/onDelayMs'],
      [{ severity: 'urgent' }, '/definition/severity'],
      [{ type: 'magic' }, '/definition/type'],
      [{ titles: { en: 'only' } }, '/definition/titles/zh-Hant'],
      [{ colour: 'red' }, '/definition/colour'],
    ])('refuses %j', async (change, pointer) => {
      const answer = await api.ask('POST', '/v1/rules', {
        body: { id: 'bad', kind: 'smart-lamppost', definition: { ...THRESHOLD, ...change } },
      });
      expect([answer.status, answer.body.pointer]).toEqual([400, pointer]);
    });
  });
});

import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { Device } from '#registry';
import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { storeRows } from './stored-readings.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 2026-03-02T00:00+08:00 */
const T0 = Date.parse('2026-03-01T16:00:00Z');
const from = '2026-03-02T00:00:00%2B08:00';

describe('readings', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
    await api.ask('POST', '/v1/devices', {
      body: [
        lamppost('L1'),
        lamppost('L2', { latitude: 22.3, longitude: 114.17 }),
        lamppost('L3', { department: 'epd', intervalMs: HOUR }),
      ],
    });
    const device = (id: string): Promise<Device> => api.registry.devices.get(id) as Promise<Device>;
    const rows = Array.from({ length: 120 }, (_, i) => ({
      time: T0 + i * MINUTE,
      values: { temperature: 20 + (i % 10), lampFault: i === 5 ? 1 : 0 },
    }));
    await storeRows(api.store, await device('L1'), rows);
    await storeRows(
      api.store,
      await device('L2'),
      rows.slice(0, 60).map(({ time }) => ({ time, values: { temperature: 30 } })),
      120,
    );
  });
  afterAll(() => api.close());

  it('answers raw readings in pages, booleans as true and false', async () => {
    const url = `/v1/devices/L1/readings?metric=temperature,lampFault&from=${from}&to=${T0 + 10 * MINUTE}&limit=8`;
    const first = await api.ask('GET', url);
    expect(first.status).toBe(200);
    expect(first.body.readings.slice(0, 2)).toEqual([
      { time: '2026-03-01T16:00:00.000Z', metric: 'temperature', value: 20 },
      { time: '2026-03-01T16:00:00.000Z', metric: 'lampFault', value: false },
    ]);
    const all = [...first.body.readings];
    let { next } = first.body;
    while (next !== null) {
      const page = await api.ask('GET', `${url}&cursor=${next}`);
      all.push(...page.body.readings);
      ({ next } = page.body);
    }
    expect(all).toHaveLength(20);
    expect(all.filter(({ value }) => value === true)).toEqual([
      { time: '2026-03-01T16:05:00.000Z', metric: 'lampFault', value: true },
    ]);
  });

  it('aggregates in buckets of a time zone', async () => {
    const { body } = await api.ask(
      'GET',
      `/v1/devices/L1/readings?metric=temperature&from=${T0}&to=${T0 + 2 * HOUR}&every=1h&aggregate=max,mean,count`,
    );
    expect(body.readings).toEqual([
      { time: '2026-03-01T16:00:00.000Z', metric: 'temperature', value: 29, max: 29, mean: 24.5, count: 60 },
      { time: '2026-03-01T17:00:00.000Z', metric: 'temperature', value: 29, max: 29, mean: 24.5, count: 60 },
    ]);
    const day = (zone: string) =>
      api.ask(
        'GET',
        `/v1/devices/L1/readings?metric=temperature&from=${T0}&to=${T0 + 2 * HOUR}&every=P1D&timeZone=${zone}`,
      );
    expect((await day('Asia/Hong_Kong')).body.readings[0].time).toBe('2026-03-01T16:00:00.000Z');
    expect((await day('UTC')).body.readings[0].time).toBe('2026-03-01T00:00:00.000Z');
  });

  it('says how complete the answer is', async () => {
    const { body } = await api.ask(
      'GET',
      `/v1/devices/L2/readings?metric=temperature&from=${T0}&to=${T0 + 2 * HOUR}&every=1h`,
    );
    expect(body.completeness).toEqual({
      expected: 120,
      received: 60,
      gaps: [{ from: '2026-03-01T16:59:00.000Z', to: '2026-03-01T18:00:00.000Z', missing: 60 }],
    });
    const hourly = await api.ask('GET', `/v1/devices/L3/readings?from=${T0}&to=${T0 + 5 * HOUR}`);
    expect(hourly.body.completeness).toMatchObject({ expected: 5, received: 0 });
  });

  it('does not expect what lies ahead', async () => {
    const ahead = await api.ask('GET', `/v1/devices/L1/readings?from=${Date.now() + HOUR}&to=${Date.now() + 2 * HOUR}`);
    expect(ahead.body.completeness).toEqual({ expected: 0, received: 0, gaps: [] });
  });

  it('groups across devices', async () => {
    const range = `kind=smart-lamppost&metric=temperature&from=${T0}&to=${T0 + HOUR}&aggregate=mean,count`;
    const byDevice = await api.ask('GET', `/v1/readings?${range}`);
    expect(byDevice.body.readings.map(({ group, mean }: { group: string; mean: number }) => [group, mean])).toEqual([
      ['L1', 24.5],
      ['L2', 30],
    ]);
    const together = await api.ask('GET', `/v1/readings?${range}&groupBy=none`);
    expect(together.body.readings).toEqual([expect.objectContaining({ group: 'all', mean: 27.25, count: 120 })]);
    const byDistrict = await api.ask('GET', `/v1/readings?${range}&groupBy=district`);
    expect(byDistrict.body.readings.map(({ group }: { group: string }) => group)).toEqual(['A', 'E']);
    expect(together.body.completeness).toMatchObject({
      expected: 121,
      received: 120,
      incomplete: [{ device: 'L3', expected: 1, received: 0 }],
    });
    const some = await api.ask('GET', `/v1/readings?metric=temperature&devices=L2&from=${T0}&to=${T0 + HOUR}`);
    expect(some.body.readings).toHaveLength(1);
    expect((await api.ask('GET', '/v1/readings')).body.pointer).toBeUndefined();
  });

  it('answers the latest values, also of devices that never reported', async () => {
    const one = await api.ask('GET', '/v1/devices/L1/latest');
    expect(one.body).toMatchObject({
      device: 'L1',
      time: '2026-03-01T17:59:00.000Z',
      values: { temperature: { value: 29 }, lampFault: { value: false } },
    });
    const all = await api.ask('GET', '/v1/latest?kind=smart-lamppost&metric=temperature');
    expect(
      all.body.latest.map(({ device, time }: { device: string; time: string | null }) => [device, time !== null]),
    ).toEqual([
      ['L1', true],
      ['L2', true],
      ['L3', false],
    ]);
    expect(Object.keys(all.body.latest[0].values)).toEqual(['temperature']);
    const page = await api.ask('GET', '/v1/latest?limit=1&after=L1');
    expect(page.body).toMatchObject({ latest: [{ device: 'L2' }], next: 'L2' });
    expect(
      (await api.ask('GET', '/v1/latest?bbox=114.1,22.27,114.16,22.29')).body.latest.map(
        ({ device }: { device: string }) => device,
      ),
    ).toEqual(['L1', 'L3']);
  });

  it.each([
    ['metric=warmth', '/metric'],
    ['every=soon', '/every'],
    ['every=1M', '/every'],
    ['every=1h&timeZone=Mars/Olympus', '/timeZone'],
    ['every=1h&timeZone=%2B08:00', '/timeZone'],
    ['from=yesterday', '/from'],
    ['from=2026-03-02T00:00:00', '/from'],
    ['from=2000000000000&to=1000000000000', '/from'],
    ['aggregate=median', '/aggregate'],
    ['metric=temperature&every=1h&aggregate=energyMean', '/aggregate'],
    ['cursor=bm90IGEgY3Vyc29y', '/cursor'],
  ])('refuses %s', async (query, pointer) => {
    const answer = await api.ask('GET', `/v1/devices/L1/readings?${query}`);
    expect([answer.status, answer.body.pointer]).toEqual([400, pointer]);
  });

  it('refuses the cursor of another query', async () => {
    const first = await api.ask('GET', `/v1/devices/L1/readings?from=${T0}&to=${T0 + HOUR}&limit=2`);
    const other = await api.ask(
      'GET',
      `/v1/devices/L2/readings?from=${T0}&to=${T0 + HOUR}&limit=2&cursor=${first.body.next}`,
    );
    expect(other.status).toBe(400);
  });

  it('T29 CSV: text cells that start like a formula are neutralised, numbers stay numbers', async () => {
    const cold = await api.ask('POST', '/v1/devices', { body: { ...lamppost('COLD') } });
    await storeRows(api.store, cold.body, [{ time: T0, values: { temperature: -5 } }], 180);
    const csv = await api.ask('GET', `/v1/devices/COLD/readings?from=${T0}&to=${T0 + HOUR}&metric=temperature`, {
      headers: { accept: 'text/csv' },
    });
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.text).toBe('time,metric,value\r\n2026-03-01T16:00:00.000Z,temperature,-5\r\n');
    const grouped = await api.ask(
      'GET',
      `/v1/readings?kind=smart-lamppost&metric=temperature&from=${T0}&to=${T0 + HOUR}&format=csv&aggregate=mean,max`,
    );
    expect(grouped.text.split('\r\n').slice(0, 2)).toEqual([
      'device,time,metric,value,mean,max',
      'COLD,2026-03-01T16:00:00.000Z,temperature,-5,-5,-5',
    ]);
  });

  describe('T31 injection', () => {
    const NASTY = [
      `'; DROP TABLE devices; --`,
      `L1' OR '1'='1`,
      `") |> drop() //`,
      `read_csv('/etc/passwd')`,
      `\${process.exit()}`,
      '%00',
      '../../etc/passwd',
      '"}]}',
    ];
    it.each(NASTY)('T31 %s in any parameter finds nothing and breaks nothing', async (nasty) => {
      const text = encodeURIComponent(nasty);
      const names = [
        'metric',
        'from',
        'to',
        'every',
        'aggregate',
        'timeZone',
        'cursor',
        'limit',
        'kind',
        'department',
        'district',
        'bbox',
        'devices',
        'groupBy',
        'search',
        'after',
        'code',
        'device',
        'source',
        'format',
        'severity',
      ];
      for (const path of [
        'devices',
        'devices/L1/readings',
        'readings',
        'latest',
        'alarms',
        'dead-letters',
        'ledger',
        'rules',
      ]) {
        for (const name of names) {
          const answer = await api.ask(
            'GET',
            `/v1/${path}?${path === 'readings' && name !== 'kind' ? 'kind=smart-lamppost&' : ''}${name}=${text}`,
          );
          expect(`${path} ${name} ${answer.status < 500}`).toBe(`${path} ${name} true`);
          expect(answer.text).not.toContain('root:');
        }
      }
      expect((await api.ask('GET', `/v1/devices/${text}`)).status).toBeGreaterThanOrEqual(400);
      expect((await api.ask('GET', '/v1/devices/L1')).status).toBe(200);
    });
  });

  describe('T35 queries that cost too much', () => {
    it('T35 100 years in 1 s buckets -> 400 with the nearest allowed query, which is then answered; the store is not asked', async () => {
      const asked = jest.spyOn(api.store, 'aggregate');
      const url = '/v1/devices/L1/readings?metric=temperature&aggregate=mean';
      const answer = await api.ask('GET', `${url}&from=1926-03-02T00:00:00Z&to=2026-03-02T00:00:00Z&every=1s`);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({
        code: 'query-too-large',
        type: '/docs/errors#query-too-large',
        pointer: '/every',
      });
      expect(asked).not.toHaveBeenCalled();
      const { nearest } = answer.body as { nearest: Record<string, string> };
      const next = await api.ask('GET', `${url}&${new URLSearchParams(nearest)}`);
      expect(next.status).toBe(200);
      expect(asked).toHaveBeenCalledTimes(1);
      asked.mockRestore();
    });

    it('T35 a city over years -> 400 with a shorter range', async () => {
      const devices = Array.from({ length: 1_500 }, (_, i) => lamppost(`CITY${i}`));
      await api.registry.devices.create(devices);
      const url = '/v1/readings?kind=smart-lamppost&metric=temperature&groupBy=none';
      const answer = await api.ask('GET', `${url}&from=2000-01-01T00:00:00Z&to=2026-01-01T00:00:00Z`);
      expect(answer.body).toMatchObject({ code: 'query-too-large', pointer: '/from' });
      const { nearest } = answer.body as { nearest: Record<string, string> };
      expect((await api.ask('GET', `${url}&${new URLSearchParams(nearest)}`)).status).toBe(200);
    });
  });

  it('reads times as ISO 8601 with an offset or as milliseconds, and nothing else', async () => {
    const { parseTime } = await import('../src/http/parameters.js');
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (time) => {
        expect(parseTime(String(time))).toBe(time);
        expect(parseTime(new Date(time).toISOString())).toBe(time);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const time = parseTime(text);
        expect(Number.isNaN(time) || Number.isInteger(time)).toBe(true);
      }),
    );
    expect(parseTime('2026-03-02T00:00:00+08:00')).toBe(T0);
    expect(parseTime('2026-03-02T00:00:00 08:00')).toBe(T0);
    expect(parseTime('2026-03-02T00:00:00')).toBeNaN();
    expect(parseTime('2026-13-02T00:00:00Z')).toBeNaN();
  });
});

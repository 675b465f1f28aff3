import { HOUR_MS } from '#kinds';
import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';

const T0 = Date.parse('2026-03-02T00:00:00+08:00');
const STREET = 'street:parking-space:td:nathan-road';

describe('groups', () => {
  let api: Harness;

  beforeAll(async () => {
    api = await startApi();
    const space = (id: string, latitude: number, change: object = {}): object =>
      lamppost(id, { kind: 'parking-space', department: 'td', latitude, longitude: 114.171, tags: { street: 'Nathan Road' }, ...change }); // prettier-ignore
    await api.ask('POST', '/v1/devices', {
      body: [
        space('P1', 22.312),
        space('P2', 22.314),
        space('P3', 22.313, { department: 'lcsd' }),
        space('P4', 22.313, { tags: {} }),
      ],
    });
    const values = [40, 60, 80];
    const identity = { id: STREET, kind: 'parking-space', department: 'td', district: 'E', latitude: 22.313, longitude: 114.171 }; // prettier-ignore
    await api.store.commit({
      consumer: 'derive',
      readings: [
        {
          kind: 'parking-space',
          length: values.length,
          devices: [identity],
          device: new Uint32Array(values.length),
          time: Float64Array.from(values, (_, i) => T0 + (i + 1) * HOUR_MS),
          receivedAt: new Float64Array(values.length).fill(T0),
          sequence: new Float64Array(values.length).fill(NaN),
          boot: values.map(() => null),
          seq: new Float64Array(values.length).fill(NaN),
          metrics: ['vacancy', 'spacesHeard'],
          columns: [Float64Array.from(values), new Float64Array(values.length).fill(2)],
        },
      ],
      deadLetters: [],
      outcomes: [],
      position: null,
    });
  });
  afterAll(() => api.close());

  it('are listed with their last values, one for each department, and the district for what has no street', async () => {
    const { body } = await api.ask('GET', '/v1/groups?kind=parking-space');
    expect(body.groups).toEqual([
      expect.objectContaining({ id: 'district:parking-space:td:E', tag: 'district', name: 'Yau Tsim Mong', members: 1, values: {} }), // prettier-ignore
      expect.objectContaining({ id: 'street:parking-space:lcsd:nathan-road', department: 'lcsd', members: 1 }),
      {
        id: STREET,
        tag: 'street',
        name: 'Nathan Road',
        kind: 'parking-space',
        department: 'td',
        district: 'E',
        latitude: expect.closeTo(22.313, 6),
        longitude: 114.171,
        members: 2,
        metrics: ['vacancy', 'spacesHeard'],
        values: {
          vacancy: { time: '2026-03-01T19:00:00.000Z', value: 80 },
          spacesHeard: { time: '2026-03-01T19:00:00.000Z', value: 2 },
        },
      },
    ]);
    expect((await api.ask('GET', `/v1/groups/${STREET}`)).body).toEqual(body.groups[2]);
    expect((await api.ask('GET', '/v1/groups?kind=smart-lamppost')).body).toEqual({ groups: [] });
    expect((await api.ask('GET', '/v1/groups?kind=nothing')).status).toBe(400);
  });

  it('have a history of their own metrics, in pages, buckets and CSV', async () => {
    const range = `from=${T0}&to=${T0 + 24 * HOUR_MS}`;
    const first = await api.ask('GET', `/v1/groups/${STREET}/readings?metric=vacancy&${range}&limit=2`);
    expect(first.body.readings.map((reading: { value: number }) => reading.value)).toEqual([40, 60]);
    const second = await api.ask('GET', `/v1/groups/${STREET}/readings?metric=vacancy&${range}&limit=2&cursor=${first.body.next}`); // prettier-ignore
    expect(second.body).toMatchObject({ readings: [{ metric: 'vacancy', value: 80 }], next: null });
    const buckets = await api.ask('GET', `/v1/groups/${STREET}/readings?${range}&every=1d&aggregate=mean,max`);
    expect(buckets.body.readings).toEqual([
      { time: '2026-03-01T16:00:00.000Z', metric: 'vacancy', value: 60, mean: 60, max: 80 },
      { time: '2026-03-01T16:00:00.000Z', metric: 'spacesHeard', value: 2, mean: 2, max: 2 },
    ]);
    const csv = await api.ask('GET', `/v1/groups/${STREET}/readings?metric=vacancy&${range}&format=csv`);
    expect(csv.text.split('\r\n')[1]).toBe('2026-03-01T17:00:00.000Z,vacancy,40');
    expect((await api.ask('GET', `/v1/groups/${STREET}/readings?metric=warmth`)).status).toBe(400);
  });

  it('are not there for other departments, and no device is one', async () => {
    const as = await keyFor(api, 'viewer', ['lcsd']);
    expect((await api.ask('GET', `/v1/groups/${STREET}`, { as })).status).toBe(404);
    expect((await api.ask('GET', `/v1/groups/${STREET}/readings`, { as })).status).toBe(404);
    const { groups } = (await api.ask('GET', '/v1/groups', { as })).body as { groups: { id: string }[] };
    expect(groups.map(({ id }) => id)).toEqual(['street:parking-space:lcsd:nathan-road']);
    for (const id of ['P1', 'street:parking-space:td:nowhere', 'street:nothing:td:x'])
      expect((await api.ask('GET', `/v1/groups/${id}`)).status).toBe(404);
    expect((await api.ask('GET', `/v1/devices/${STREET}/readings`)).status).toBe(404);
    expect((await api.ask('POST', '/v1/devices', { body: lamppost('street:a:b:c') })).status).toBe(400);
  });
});

import { StreamRegistry } from '../src/streams/stream-registry.service.js';
import { EventClient } from './event-source.js';
import { startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';

const CSV = { 'content-type': 'text/csv' };
const HEADER = 'id,kind,latitude,longitude';

describe('the stream of an import', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi({ streamLimits: { perCaller: 5, total: 8, heartbeatMs: 50 } });
  });
  afterAll(() => api.close());

  const start = async (rows: readonly string[], as?: string): Promise<string> => {
    const { status, body } = await api.ask('POST', '/v1/devices/import?async=true', {
      body: [HEADER, ...rows, ''].join('\n'),
      headers: CSV,
      ...(as === undefined ? {} : { as }),
    });
    if (status !== 202) throw new Error(JSON.stringify(body));
    return body.id;
  };
  const open = (id: string, headers: Record<string, string> = {}): Promise<EventClient> =>
    EventClient.open(api.url, `/v1/imports/${id}/stream`, headers);

  it('tells how far it is until it has ended, with its faults and without its keys', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => `S${i},smart-lamppost,22.3,114.2`);
    const id = await start([...rows, 'S0,smart-lamppost,22.3,114.2']);
    const client = await open(id);
    expect(client.response.headers['content-type']).toContain('text/event-stream');
    await client.until(() => client.ended, 'the end of the stream');
    const { data } = client.events.at(-1)!;
    expect(data).toMatchObject({ id, state: 'done', created: 500, keys: 'ready', faults: [{ row: 502, column: 'id' }] }); // prettier-ignore
    expect(data).toEqual((await api.ask('GET', `/v1/imports/${id}`)).body);
    expect(client.events.length).toBeGreaterThan(1);
    expect(client.events.map((event) => event.data.created)).toEqual(
      client.events.map((event) => event.data.created).toSorted((a, b) => a - b),
    );
    expect(client.comments).toContain(': heartbeat');
    expect(api.app.get(StreamRegistry).size).toBe(0);
    const again = await open(id, { 'last-event-id': client.events.at(-1)!.id });
    expect(again.status).toBe(204);
    again.close();
  });

  it('is only for who started it, also among administrators', async () => {
    const id = await start(['SX1,smart-lamppost,22.3,114.2']);
    expect((await open(id, { authorization: await keyFor(api, 'admin', null) })).status).toBe(404);
    expect((await open(id, { authorization: await keyFor(api, 'viewer', null) })).status).toBe(403);
    expect((await open('0'.repeat(18))).status).toBe(404);
  });
});

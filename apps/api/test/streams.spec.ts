import { encodeReadingBatch } from '#core';
import { until } from '#core/testing';
import { EventClient } from './event-source.js';
import { ADMIN, lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';
import { batchOf } from './stored-readings.js';
import type { StoredRow } from './stored-readings.js';
import { StreamRegistry } from '../src/streams/stream-registry.service.js';

const LIMITS = { perCaller: 5, total: 8, heartbeatMs: 100 };

describe('event streams', () => {
  let api: Harness;
  let sequence = 0;
  const feed = async (id: string, rows: readonly StoredRow[], at = sequence): Promise<void> => {
    const device = (await api.registry.devices.get(id))!;
    const batch = batchOf(device, rows, at);
    sequence = Math.max(sequence, at + rows.length);
    await new Promise<void>((resolve, reject) =>
      api.feed.append(
        { source: 'ingest', topic: batch.kind, payload: encodeReadingBatch(batch), receivedAt: Date.now() },
        (error) => (error ? reject(error) : resolve()),
      ),
    );
  };
  const open = (): number => api.app.get(StreamRegistry).size;
  const closed = async (): Promise<void> => {
    await until('every stream to be freed', open, (streams) => streams === 0);
  };

  beforeAll(async () => {
    api = await startApi({ streamLimits: LIMITS });
    await api.ask('POST', '/v1/devices', {
      body: [
        lamppost('L1'),
        lamppost('L2', { department: 'epd' }),
        lamppost('T1', { kind: 'smart-toilet', department: 'fehd' }),
      ],
    });
  });
  afterEach(closed);
  afterAll(() => api.close());

  it('sends readings as they are accepted', async () => {
    const client = await EventClient.open(api.url, '/v1/stream');
    await feed('L1', [{ time: 1_000, values: { temperature: 21, lampFault: 1 } }]);
    await client.received(1);
    expect(client.events[0]).toMatchObject({
      event: 'reading',
      id: expect.stringMatching(/^\d+\.\d+\.0$/),
      data: {
        device: 'L1',
        kind: 'smart-lamppost',
        department: 'hyd',
        time: '1970-01-01T00:00:01.000Z',
        values: { temperature: 21, lampFault: true },
      },
    });
    client.close();
  });

  it('resumes inside a record, and drops what the feed repeats after a crash', async () => {
    const first = await EventClient.open(api.url, '/v1/stream');
    const start = sequence;
    const rows = [1, 2, 3].map((temperature) => ({ time: 2_000, values: { temperature } }));
    await feed('L1', rows);
    await first.received(3);
    first.close();
    await feed('L1', rows, start);
    await feed('L1', [{ time: 3_000, values: { temperature: 4 } }]);
    const second = await EventClient.open(api.url, '/v1/stream', { 'last-event-id': first.events[0]!.id });
    await second.received(3);
    await feed('L1', [{ time: 3_000, values: { temperature: 5 } }]);
    await second.until(() => second.events.at(-1)?.data.values.temperature === 5, 'the last reading');
    expect(second.events.map(({ data }) => data.values.temperature)).toEqual([2, 3, 4, 5]);
    second.close();
  });

  it('filters, and keeps to the departments of the caller', async () => {
    const epd = await EventClient.open(api.url, '/v1/stream', { authorization: await keyFor(api, 'viewer', ['epd']) });
    const toilets = await EventClient.open(api.url, '/v1/stream?kind=smart-toilet');
    const one = await EventClient.open(api.url, '/v1/stream?device=L1');
    await feed('L1', [{ time: 4_000, values: { temperature: 5 } }]);
    await feed('L2', [{ time: 4_000, values: { temperature: 6 } }]);
    await feed('T1', [{ time: 4_000, values: { temperature: 7 } }]);
    // What must not come to one of them would come before the second of its own.
    for (const id of ['L1', 'L2', 'T1']) await feed(id, [{ time: 5_000, values: { temperature: 8 } }]);
    await Promise.all([epd.received(2), toilets.received(2), one.received(2)]);
    expect([epd, toilets, one].map(({ events }) => events.map(({ data }) => data.device))).toEqual([
      ['L2', 'L2'],
      ['T1', 'T1'],
      ['L1', 'L1'],
    ]);
    for (const client of [epd, toilets, one]) client.close();
  });

  it('keeps a silent connection alive', async () => {
    const client = await EventClient.open(api.url, '/v1/stream');
    await client.until(() => client.comments.includes(': heartbeat'), 'a heartbeat');
    client.close();
  });

  it('ends when the key is revoked', async () => {
    const authorization = await keyFor(api, 'viewer', null);
    const client = await EventClient.open(api.url, '/v1/alarms/stream', { authorization });
    await api.ask('DELETE', `/v1/api-keys/${authorization.split('_')[1]}`);
    await client.until(() => client.ended, 'the end of the stream');
  });

  it('T36 one caller, and all together, may open so many; what is dropped is freed', async () => {
    const clients = await Promise.all(Array.from({ length: 7 }, () => EventClient.open(api.url, '/v1/stream')));
    expect(clients.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const others = [];
    for (let i = 0; i < 5; i++)
      others.push(
        await EventClient.open(api.url, '/v1/alarms/stream', { authorization: await keyFor(api, 'viewer', null) }),
      );
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    expect(others[3]!.response.headers['retry-after']).toBe('10');
    for (const client of [...clients, ...others]) client.close();
    await closed();
    const again = await EventClient.open(api.url, '/v1/stream');
    expect(again.status).toBe(200);
    again.close();
  });

  it('T36 5,000 streams opened and dropped leave nothing behind', async () => {
    let accepted = 0;
    for (let i = 0; i < 5_000; i += 50) {
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const client = await EventClient.open(api.url, '/v1/stream', { authorization: ADMIN });
          if (client.status === 200) accepted += 1;
          client.close();
        }),
      );
      expect(open()).toBeLessThanOrEqual(LIMITS.total);
    }
    await closed();
    expect(accepted).toBeGreaterThan(100);
    const after = await EventClient.open(api.url, '/v1/stream');
    await feed('L1', [{ time: 9_000, values: { temperature: 9 } }]);
    await after.received(1);
    after.close();
  }, 600_000);
});

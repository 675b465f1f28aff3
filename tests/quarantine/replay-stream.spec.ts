import { EventClient } from '../../apps/api/test/event-source.js';
import { lamppost } from '../../apps/api/test/harness.js';
import { keyFor } from '../../apps/api/test/keys.js';
import { QuarantineRig } from './quarantine-rig.js';

describe('the stream of a replay', () => {
  let rig: QuarantineRig;
  let letters = 0;
  beforeEach(async () => (rig = await QuarantineRig.open()), 30_000);
  afterEach(() => rig.close());

  /** Messages of a device that is not registered yet. */
  async function refuse(device: string, count: number): Promise<void> {
    for (let i = 0; i < count; i++)
      await rig.ingest.publish(device, { ts: Date.now() - 60_000 + ++letters, values: { temperature: 21 } });
    await rig.ingest.drained();
  }

  const open = (id: string, headers: Record<string, string> = {}): Promise<EventClient> =>
    EventClient.open(rig.api.url, `/v1/dead-letters/replays/${id}/stream`, headers);

  /** Holds the replay until it is let go. */
  function held(): () => void {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    rig.bus.beforeReplay = () => gate;
    return go;
  }

  it('tells each step and ends with the job; who connects again after the last event is told that there is no more', async () => {
    await refuse('L1', 3);
    await rig.api.ask('POST', '/v1/devices', { body: lamppost('L1') });
    const go = held();
    const job = await rig.replay({ device: 'L1' });
    const client = await open(job.id);
    await client.received(1);
    expect(client.events[0]).toMatchObject({ event: 'progress', data: { id: job.id, total: 3, published: 0 } });
    go();
    await client.until(() => client.ended, 'the end of the stream');
    const last = client.events.at(-1)!;
    expect(last.data).toMatchObject({ state: 'done', published: 3, stored: 3, finishedAt: expect.any(String) });
    expect(last.data).toEqual((await rig.api.ask('GET', `/v1/dead-letters/replays/${job.id}`)).body);
    expect(client.events.filter(({ data }) => data.finishedAt !== null)).toHaveLength(1);
    const after = await open(job.id, { 'last-event-id': last.id });
    expect(after.status).toBe(204);
    after.close();
    const before = await open(job.id, { 'last-event-id': client.events[0]!.id });
    await before.until(() => before.ended, 'the end of the stream');
    expect(before.events).toEqual([last]);
  });

  it('goes on over a restart of the API, from the event that was received last', async () => {
    await refuse('L1', 2);
    const go = held();
    const job = await rig.replay({ device: 'L1' });
    const client = await open(job.id);
    await client.received(1);
    go();
    await rig.restartApi();
    await client.until(() => client.ended, 'the end of the stream');
    const again = await open(job.id, { 'last-event-id': client.events.at(-1)!.id });
    await again.until(() => again.ended, 'the end of the stream');
    expect(again.events.at(-1)!.data).toMatchObject({ state: 'done', refusedAgain: 2 });
    expect(again.events.map(({ id }) => id)).not.toContain(client.events.at(-1)!.id);
  });

  it('is as if it were not there for other departments, and ends when the job is stopped', async () => {
    await rig.api.ask('POST', '/v1/devices', { body: lamppost('L1') });
    await rig.ingest.publish('L1', { values: { temperature: 'warm' } });
    await rig.ingest.drained();
    const [ours, theirs] = [await keyFor(rig.api, 'engineer', ['hyd']), await keyFor(rig.api, 'viewer', ['epd'])];
    const go = held();
    const { body: job } = await rig.api.ask('POST', '/v1/dead-letters/replay', { as: ours, body: { all: true } });
    expect((await open(job.id, { authorization: theirs })).status).toBe(404);
    expect((await open(job.id, { authorization: '' })).status).toBe(401);
    expect((await open(job.id, { 'last-event-id': '4711' })).status).toBe(400);
    const client = await open(job.id, { authorization: ours });
    await client.received(1);
    await rig.api.ask('DELETE', `/v1/dead-letters/replays/${job.id}`);
    go();
    await client.until(() => client.ended, 'the end of the stream');
    expect(client.events.at(-1)!.data).toMatchObject({ state: 'cancelled' });
  });
});

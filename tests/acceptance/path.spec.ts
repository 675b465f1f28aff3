import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { msOf, quickest, until } from '#core/testing';
import { connectDevice, publish, registerLamppost, type MqttAccess } from './device-client.js';
import { startPlatform, type Platform } from './platform.js';
import { openStream, type StreamEvent } from './stream-client.js';

/** The main job over the real processes: what a newcomer does by hand in the first minutes. */
describe('from the PUBLISH of a device to stored history and a live alarm', () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'lamplighter-'));
  let platform: Platform;
  let access: MqttAccess;

  beforeAll(async () => {
    platform = await startPlatform({ dataDirectory });
    access = await registerLamppost(platform, 'GF3637');
  }, 600_000);

  afterAll(async () => {
    expect(await platform.stop()).toBe(0);
    rmSync(dataDirectory, { recursive: true });
  }, 300_000);

  const readings = async (metric: string): Promise<{ time: string; metric: string; value: number }[]> =>
    (await platform.request('GET', `/v1/devices/GF3637/readings?metric=${metric}`)).body.readings;

  it('shows the address, the credentials and a ready curl when it is up', () => {
    expect(platform.output()).toContain(`http://localhost:${new URL(platform.url).port}`);
    expect(platform.output()).toContain(`curl -u 'admin:${platform.adminPassword}'`);
  });

  it('is ready, and says so', async () => {
    expect((await platform.request('GET', '/health/ready')).status).toBe(200);
  });

  it('stores a reading that was published with the key of the device within a second', async () => {
    const device = await connectDevice(platform, access);
    const storedWithin = (n: number): Promise<number> =>
      msOf(async () => {
        const ts = Date.now() - 1_000;
        await publish(device, access.topic, { ts, seq: 1, boot: `b0-${n}`, values: { temperature: 23.5, pm25: 12 } });
        const stored = await until(
          'the reading',
          () => readings('temperature'),
          (rows) => rows.length === n + 1,
        );
        expect(stored.at(-1)).toMatchObject({
          time: new Date(ts).toISOString(),
          metric: 'temperature',
          value: 23.5,
        });
      });
    expect(await quickest(1_000, storedWithin)).toBeLessThan(1_000);
    await device.endAsync();
  });

  it('shows it as the latest of its kind, within its department only', async () => {
    const all = await platform.request('GET', '/v1/latest?kind=smart-lamppost');
    expect(JSON.stringify(all.body)).toContain('GF3637');
    const others = await platform.request('GET', '/v1/latest?kind=smart-lamppost&department=fehd');
    expect(JSON.stringify(others.body)).not.toContain('GF3637');
  });

  it('refuses a wrong key', async () => {
    await expect(connectDevice(platform, { ...access, password: 'not-the-key' })).rejects.toThrow(
      /bad username or password/i,
    );
  });

  it('keeps a bad payload as a dead letter and tells the device why', async () => {
    const device = await connectDevice(platform, access);
    const rejected = access.topic.replace(/telemetry$/, 'rejected');
    await device.subscribeAsync(rejected, { qos: 1 });
    const report = new Promise<Record<string, unknown>>((resolve) =>
      device.on('message', (_topic, payload) => resolve(JSON.parse(payload.toString()) as Record<string, unknown>)),
    );
    await publish(device, access.topic, { seq: 2, values: { temperature: 'warm' } });
    expect(await report).toMatchObject({ code: 'wrong-type', pointer: '/values/temperature' });
    const { body } = await until(
      'the dead letter',
      () => platform.request('GET', '/v1/dead-letters?device=GF3637'),
      (answer) => answer.body.deadLetters.length === 1,
    );
    expect(body.deadLetters[0]).toMatchObject({
      code: 'wrong-type',
      device: 'GF3637',
      payloadText: '{"seq":2,"values":{"temperature":"warm"}}',
    });
    await device.endAsync();
  });

  it('raises an alarm on the live stream when PM2.5 passes its limit, and clears it when it falls', async () => {
    const device = await connectDevice(platform, access);
    const stream = await openStream(platform, '/v1/alarms/stream');
    const next = (type: string): Promise<StreamEvent> =>
      stream.next((event) => event.event === 'alarm' && (event.data as { type: string }).type === type);
    await publish(device, access.topic, { ts: Date.now(), seq: 3, values: { pm25: 180 } });
    expect((await next('raised')).data).toMatchObject({
      alarm: { device: 'GF3637', metric: 'pm25', active: true, acknowledged: false, value: 180 },
    });
    await publish(device, access.topic, { ts: Date.now(), seq: 4, values: { pm25: 10 } });
    const cleared = await next('cleared');
    expect(cleared.data).toMatchObject({ alarm: { device: 'GF3637', active: false } });
    stream.close();

    const id = encodeURIComponent((cleared.data as { alarm: { id: string } }).alarm.id);
    expect((await platform.request('POST', `/v1/alarms/${id}/acknowledge`, { reason: 'seen' })).status).toBeLessThan(
      300,
    );
    const { body } = await platform.request('GET', `/v1/alarms/${id}`);
    expect(body.timeline.map(({ type, actor }: { type: string; actor: string }) => [type, actor])).toEqual([
      ['raised', 'system'],
      ['cleared', 'system'],
      ['acknowledged', 'admin'],
    ]);
    await device.endAsync();
  });

  it('T17 counts a captured publish that is replayed as a duplicate', async () => {
    const device = await connectDevice(platform, access);
    const captured = { ts: Date.now(), seq: 5, boot: 'b1', values: { noise: 60 } };
    for (let i = 0; i < 3; i++) await publish(device, access.topic, captured);
    await until(
      'both duplicates',
      () => platform.request('GET', '/v1/ledger'),
      (answer) => answer.body.duplicates === 2,
    );
    expect(await readings('noise')).toHaveLength(1);
    await device.endAsync();
  });

  it('T16 refuses times of 1970 and 2100 with a reason', async () => {
    const device = await connectDevice(platform, access);
    await publish(device, access.topic, { ts: 1_000, seq: 6, values: { noise: 60 } });
    await publish(device, access.topic, { ts: Date.UTC(2100, 0), seq: 7, values: { noise: 60 } });
    const { body } = await until(
      'three dead letters',
      () => platform.request('GET', '/v1/dead-letters?device=GF3637'),
      (answer) => answer.body.deadLetters.length === 3,
    );
    expect(body.deadLetters.map(({ code }: { code: string }) => code).sort()).toEqual([
      'in-future',
      'too-old',
      'wrong-type',
    ]);
    await device.endAsync();
  });

  it('takes telemetry over HTTP with the key of the device', async () => {
    const authorization = `Basic ${Buffer.from(`${access.username}:${access.password}`).toString('base64')}`;
    const answer = await platform.request(
      'POST',
      '/v1/telemetry',
      { seq: 8, values: { humidity: 81 } },
      { authorization },
    );
    expect(answer.status).toBe(202);
    await until(
      'the reading',
      () => readings('humidity'),
      (rows) => rows.length === 1,
    );
  });

  it('lets the old key work no longer once it was rotated', async () => {
    const { body } = await platform.request('POST', '/v1/devices/GF3637/rotate-key');
    await until(
      'the old key to be refused',
      () =>
        connectDevice(platform, access).then(
          (client) => client.endAsync().then(() => 'accepted'),
          () => 'refused',
        ),
      (answer) => answer === 'refused',
    );
    access = body.mqtt as MqttAccess;
    await (await connectDevice(platform, access)).endAsync();
  });

  it('states the history, how complete it is, and accounts for every message', async () => {
    const { body } = await platform.request(
      'GET',
      '/v1/devices/GF3637/readings?every=1h&aggregate=mean,min,max,count&metric=pm25',
    );
    expect(body.readings.length).toBeGreaterThan(0);
    expect(body.completeness).toMatchObject({
      expected: expect.any(Number),
      received: expect.any(Number),
      gaps: expect.any(Array),
    });
    const ledger = (
      await until(
        'an empty backlog',
        () => platform.request('GET', '/v1/ledger'),
        (answer) => answer.body.backlog === 0,
      )
    ).body;
    expect(ledger).toMatchObject({ unaccounted: 0, duplicates: 2 });
    const dead = Object.values(ledger.deadLetters as Record<string, number>).reduce((sum, n) => sum + n, 0);
    expect(ledger.journalled).toBe(ledger.stored + ledger.duplicates + dead);
  });

  it('keeps everything over a restart', async () => {
    const before = await readings('temperature');
    expect(await platform.stop()).toBe(0);
    platform = await startPlatform({ dataDirectory });
    expect(await readings('temperature')).toEqual(before);
    const device = await connectDevice(platform, access);
    await publish(device, access.topic, { ts: Date.now(), seq: 5, boot: 'b1', values: { noise: 60 } });
    await until(
      'the third duplicate',
      () => platform.request('GET', '/v1/ledger'),
      (answer) => answer.body.duplicates === 3 && answer.body.backlog === 0,
    );
    expect((await platform.request('GET', '/v1/ledger')).body.unaccounted).toBe(0);
    await device.endAsync();
  }, 600_000);
});

describe('a platform that npm started', () => {
  it('ends when npm is ended, which tells only the shell in between', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'lamplighter-'));
    const environment = { npm_lifecycle_event: 'start' };
    const platform = await startPlatform({ dataDirectory, environment, throughShell: true });
    const pids = (['broker', 'ingest', 'alerts', 'api', 'quality'] as const).map((service) => platform.pid(service));
    await platform.stop();
    await until('the services to end', () => !pids.some(isAlive));
    expect(platform.output()).toContain('stopping');
    rmSync(dataDirectory, { recursive: true });
  }, 300_000);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

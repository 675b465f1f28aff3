import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectedSeries } from '#core';
import { until } from '#core/testing';
import { lamppost, startApi } from './harness.js';
import type { Answer, Harness } from './harness.js';
import { keyFor } from './keys.js';

const EUI = '0101010101010101';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('downlinks', () => {
  let api: Harness;
  let operator: string;
  beforeAll(async () => {
    api = await startApi();
    operator = await keyFor(api, 'operator', ['hyd']);
    await api.registry.devices.create([
      lamppost('CS-1', { devEui: EUI }),
      lamppost('TTS-1', { devEui: '4200000000000000' }),
      lamppost('HTTP-1', { devEui: '4200000000000001' }),
      lamppost('NEW-1'),
    ]);
    const network = {
      source: 'gwin',
      deviceName: null,
      devEui: null,
      devAddr: null,
      joinedAt: null,
      lastUplinkAt: 1,
      lastFrameCounter: 1,
      lastGateway: null,
      at: 1,
      tenant: null,
    };
    await api.registry.deviceState.apply([
      { device: 'CS-1', network: { ...network, server: 'chirpstack', application: 'app-1', deviceId: EUI } },
      {
        device: 'TTS-1',
        network: { ...network, server: 'the-things-stack', application: 'app1', tenant: 'ttn', deviceId: 'dev1' },
      },
      {
        device: 'HTTP-1',
        network: { ...network, server: 'generic', application: 'meters', deviceId: '4200000000000001' },
      },
    ]);
    await api.ask('POST', '/v1/network-servers', { body: { id: 'gwin', type: 'chirpstack' } });
  });
  afterAll(() => api.close());
  afterEach(() => {
    api.bus.published.length = 0;
    api.bus.connected = true;
  });
  const send = (device: string, body: object, as = operator): Promise<Answer> =>
    api.ask('POST', `/v1/devices/${device}/downlinks`, { as, body });

  it('go to ChirpStack over our broker, as its command, and are followed', async () => {
    const answer = await send('CS-1', { fPort: 10, hex: '0A64ff', confirmed: true });
    expect(answer.status).toBe(202);
    const { id } = answer.body;
    expect(id).toMatch(UUID);
    expect(answer.body).toMatchObject({
      device: 'CS-1',
      networkServer: 'gwin',
      fPort: 10,
      hex: '0a64ff',
      base64: 'CmT/',
      confirmed: true,
      status: 'queued',
    });
    expect(api.bus.published).toHaveLength(1);
    const [{ topic, payload }] = api.bus.published as [{ topic: string; payload: Buffer }];
    expect(topic).toBe(`application/app-1/device/${EUI}/command/down`);
    expect(JSON.parse(payload.toString())).toEqual({ id, devEui: EUI, confirmed: true, fPort: 10, data: 'CmT/' });

    await api.registry.downlinks.noteEvents([
      { id, type: 'sent', at: 1_700_000_000_000 },
      { id, type: 'acknowledged', at: 1_700_000_001_000 },
    ]);
    const { body } = await api.ask('GET', '/v1/devices/CS-1/downlinks?limit=1', { as: operator });
    expect(body.downlinks[0]).toMatchObject({ id, status: 'acknowledged', acknowledgedAt: '2023-11-14T22:13:21.000Z' });
    const audit = await api.registry.audit.list({ subject: 'CS-1', limit: 1 });
    expect(audit[0]).toMatchObject({ action: 'downlink-queued', detail: { id, fPort: 10, hex: '0a64ff' } });
    expect(audit[0]!.actor).toMatch(/^key:/);
  });

  it('page from the newest on', async () => {
    await send('CS-1', { fPort: 1, hex: '01' });
    await send('CS-1', { fPort: 2, base64: 'Ag==' });
    const first = (await api.ask('GET', '/v1/devices/CS-1/downlinks?limit=2')).body;
    expect(first.downlinks).toHaveLength(2);
    const second = (await api.ask('GET', `/v1/devices/CS-1/downlinks?limit=2&after=${first.next}`)).body;
    expect(second.downlinks).toHaveLength(1);
    expect(second.next).toBeNull();
  });

  it('go to the ChirpStack that heard the device, whoever else has an application of that name', async () => {
    const { body: harbour } = await api.ask('POST', '/v1/network-servers', {
      body: { id: 'harbour', type: 'chirpstack' },
    });
    expect(harbour.topicPrefix).toBe('chirpstack/harbour/');
    const before = (await api.registry.deviceState.get('CS-1'))!.network!;
    const hear = (source: string, at: number): Promise<void> =>
      api.registry.deviceState.apply([{ device: 'CS-1', network: { ...before, source, at } }]);
    await hear('harbour', 2);
    expect((await send('CS-1', { fPort: 1, hex: '01' })).body).toMatchObject({ networkServer: 'harbour' });
    await hear('gwin', 3);
    expect((await send('CS-1', { fPort: 1, hex: '01' })).body).toMatchObject({ networkServer: 'gwin' });
    const admin = await keyFor(api, 'admin', null);
    const network = { server: 'harbour', application: 'app-1' };
    expect((await send('CS-1', { fPort: 1, hex: '01', network }, admin)).status).toBe(202);
    expect(api.bus.published.map(({ topic }) => topic)).toEqual([
      `chirpstack/harbour/application/app-1/device/${EUI}/command/down`,
      `application/app-1/device/${EUI}/command/down`,
      `chirpstack/harbour/application/app-1/device/${EUI}/command/down`,
    ]);
  });

  it('go to the connector of The Things Stack when it runs', async () => {
    expect(await send('TTS-1', { fPort: 15, base64: 'vu8=' })).toMatchObject({
      status: 409,
      body: { code: 'no-way-to-device' },
    });
    // It runs, but for another application: nobody would take the downlink.
    api.bus.hear('connector', 'up', { metrics: { [connectedSeries('app2@ttn')]: 1 } });
    expect(await send('TTS-1', { fPort: 15, base64: 'vu8=' })).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/serve 'app1@ttn'/) },
    });
    // Away for a moment: it finds the downlink in its session.
    api.bus.hear('connector', 'degraded', { metrics: { [connectedSeries('app1@ttn')]: 0 } });
    const answer = await send('TTS-1', { fPort: 15, base64: 'vu8=', priority: 'above-normal' });
    expect(answer.status).toBe(202);
    const [{ topic, payload }] = api.bus.published as [{ topic: string; payload: Buffer }];
    expect(topic).toBe('v3/app1@ttn/devices/dev1/down/push');
    expect(JSON.parse(payload.toString())).toEqual({
      downlinks: [
        {
          f_port: 15,
          frm_payload: 'vu8=',
          priority: 'ABOVE_NORMAL',
          confirmed: false,
          correlation_ids: [`lamplighter:downlink:${answer.body.id}`],
        },
      ],
    });
  });

  describe('by HTTP', () => {
    let server: Server;
    let url: string;
    let status = 200;
    const asked: { path: string; headers: IncomingHttpHeaders; body: unknown }[] = [];
    beforeAll(async () => {
      server = createServer((request, response) => {
        let text = '';
        request.on('data', (chunk: Buffer) => (text += chunk.toString()));
        request.on('end', () => {
          asked.push({ path: request.url!, headers: request.headers, body: JSON.parse(text) as unknown });
          response.writeHead(status).end('{"message":"secret-of-the-answer"}');
        });
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const downlink = {
        url: `${url}/api/v3/as/applications/{application}/webhooks/w/devices/{device}/down/push`,
        key: 'NNSXS.canary',
        allowPrivate: true,
      };
      await api.ask('POST', '/v1/network-servers', {
        body: { id: 'tts', type: 'things-stack', applications: ['app1@ttn'], downlink },
      });
      await api.ask('POST', '/v1/network-servers', {
        body: { id: 'meters', type: 'http', applications: ['meters'], downlink: { url: `${url}/{devEui}` } },
      });
    });
    afterAll(() => server.close());

    it('go to the address of The Things Stack with its key', async () => {
      const answer = await send('TTS-1', { fPort: 15, hex: 'beef', confirmed: true });
      expect(answer).toMatchObject({ status: 202, body: { networkServer: 'tts', status: 'queued' } });
      const last = asked.at(-1)!;
      expect(last.path).toBe('/api/v3/as/applications/app1/webhooks/w/devices/dev1/down/push');
      expect(last.headers.authorization).toBe('Bearer NNSXS.canary');
      expect(last.body).toMatchObject({ downlinks: [{ f_port: 15, frm_payload: 'vu8=', confirmed: true }] });
      expect(api.bus.published).toEqual([]);
    });

    it('are failed, with the reason, when it does not take them', async () => {
      status = 403;
      const answer = await send('TTS-1', { fPort: 15, hex: '00' });
      expect(answer).toMatchObject({ status: 502, body: { code: 'downlink-refused' } });
      expect(answer.text).not.toContain('canary');
      expect(answer.text).not.toContain('secret-of-the-answer');
      const [last] = (await api.ask('GET', '/v1/devices/TTS-1/downlinks?limit=1')).body.downlinks;
      expect(last).toMatchObject({ status: 'failed', reason: expect.stringMatching(/answered 403/) as unknown });
      status = 302;
      expect((await send('TTS-1', { fPort: 15, hex: '00' })).body.detail).toMatch(/redirects are not followed/);
      status = 200;
    });

    it('T30 are not sent to a private address unless an administrator said so', async () => {
      const before = asked.length;
      const answer = await send('HTTP-1', { fPort: 1, hex: '01' });
      expect(answer).toMatchObject({ status: 502, body: { code: 'downlink-refused' } });
      expect(answer.body.detail).toMatch(/not a public address/);
      expect(asked).toHaveLength(before);
      const downlink = { url: `${url}/{devEui}`, allowPrivate: true };
      await api.ask('PATCH', '/v1/network-servers/meters', { body: { downlink } });
      expect(await send('HTTP-1', { fPort: 1, hex: '01' })).toMatchObject({ status: 202, body: { status: 'sent' } });
      expect(asked.at(-1)).toMatchObject({ path: '/4200000000000001', body: { application: 'meters', data: 'AQ==' } });
    });
  });

  it('are encoded by the script of the device type', async () => {
    const script = `
      function decodeUplink(input) { return { data: { temperature: input.bytes[0] } }; }
      function encodeDownlink(input) {
        if (!(input.data.dim >= 0 && input.data.dim <= 100)) return { errors: ['dim must be 0 to 100'] };
        return { bytes: [10, input.data.dim], fPort: 12 };
      }`;
    await api.registry.deviceTypes.put({
      id: 'acme-lamp',
      kind: 'smart-lamppost',
      definition: {
        id: 'acme-lamp',
        vendor: 'ACME',
        model: 'Lamp',
        version: '1',
        kind: 'smart-lamppost',
        titles: { en: 'Lamp', 'zh-Hant': '燈', 'zh-Hans': '灯' },
      },
      script,
      examples: [],
      revision: 'r1',
    });
    expect((await send('CS-1', { data: { dim: 60 } })).body).toMatchObject({ code: 'bad-request', pointer: '/data' });
    await api.registry.devices.update('CS-1', { deviceType: 'acme-lamp' });
    // On a busy host the sandbox may run out of time: 503, and the caller tries again.
    const persist = (dim: number): Promise<Answer> =>
      until(
        'the sandbox to be let run',
        () => send('CS-1', { data: { dim } }),
        ({ status }) => status !== 503,
        { everyMs: 500 },
      );
    const answer = await persist(60);
    expect(answer).toMatchObject({ status: 202, body: { hex: '0a3c', fPort: 12 } });
    expect(await persist(101)).toMatchObject({
      status: 400,
      body: { detail: 'dim must be 0 to 100', pointer: '/data' },
    });
  });

  it('may name the way only with credentials that see all departments', async () => {
    const network = { server: 'gwin', application: 'app-9' };
    expect((await send('NEW-1', { fPort: 1, hex: '01' })).body.code).toBe('no-way-to-device');
    expect(await send('NEW-1', { fPort: 1, hex: '01', network })).toMatchObject({
      status: 403,
      body: { pointer: '/network' },
    });
    const all = await keyFor(api, 'operator', null);
    // Without a DevEUI ChirpStack would not know it.
    expect((await send('NEW-1', { fPort: 1, hex: '01', network }, all)).body.code).toBe('no-way-to-device');
    await api.registry.devices.update('NEW-1', { devEui: '4200000000000009' });
    expect((await send('NEW-1', { fPort: 1, hex: '01', network }, all)).status).toBe(202);
    expect(api.bus.published[0]!.topic).toBe('application/app-9/device/4200000000000009/command/down');
    expect((await send('NEW-1', { fPort: 1, hex: '01', network: { server: 'nobody' } }, all)).body.pointer).toBe(
      '/network/server',
    );
  });

  it.each([
    [{ fPort: 1 }, ''],
    [{ fPort: 1, hex: '01', base64: 'AQ==' }, ''],
    [{ hex: '01' }, '/fPort'],
    [{ fPort: 0, hex: '01' }, '/fPort'],
    [{ fPort: 224, hex: '01' }, '/fPort'],
    [{ fPort: 1, hex: '0' }, '/hex'],
    [{ fPort: 1, hex: '00'.repeat(243) }, '/hex'],
    [{ fPort: 1, base64: Buffer.alloc(243).toString('base64') }, '/base64'],
    [{ fPort: 1, base64: 'A' }, '/base64'],
    [{ fPort: 1, hex: '01', priority: 'now' }, '/priority'],
    [{ fPort: 1, hex: '01', topic: 'x' }, '/topic'],
  ])('%j is refused at %p', async (body, pointer) => {
    const answer = await send('CS-1', body);
    expect(answer.status).toBe(400);
    expect(answer.body.pointer).toBe(pointer);
    expect(api.bus.published).toEqual([]);
  });

  it('need an operator, an enabled device and the broker', async () => {
    const viewer = await keyFor(api, 'viewer', ['hyd']);
    expect((await send('CS-1', { fPort: 1, hex: '01' }, viewer)).status).toBe(403);
    api.bus.connected = false;
    const answer = await send('CS-1', { fPort: 1, hex: '01' });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await api.ask('GET', '/v1/devices/CS-1/downlinks?limit=1')).body.downlinks[0].status).toBe('failed');
    await api.registry.devices.update('CS-1', { enabled: false });
    expect((await send('CS-1', { fPort: 1, hex: '01' })).status).toBe(409);
  });
});

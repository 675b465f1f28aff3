import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { request } from 'node:http';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { LamplighterError } from '#core';
import { ADMIN, basic, lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';

describe('operations', () => {
  let api: Harness;
  let key: string;
  beforeAll(async () => {
    api = await startApi();
    key = (await api.ask('POST', '/v1/devices', { body: lamppost('L1') })).body.mqtt.password;
  });
  afterAll(() => api.close());

  describe('telemetry over HTTP', () => {
    const topic = 'city/hyd/smart-lamppost/L1/telemetry';
    afterEach(() => {
      api.bus.published.length = 0;
      api.bus.connected = true;
    });

    it.each([
      ['HTTP Basic', () => ({ as: basic('L1', key) })],
      ['Bearer and X-Device-Id', () => ({ as: `Bearer ${key}`, headers: { 'x-device-id': 'L1' } })],
    ])('forwards the bytes as they are, by %s', async (_name, credentials) => {
      const body = '{"values":{"temperature":\n 1e999}}';
      const answer = await api.ask('POST', '/v1/telemetry', { ...credentials(), body });
      expect(answer.status).toBe(202);
      expect(answer.body).toEqual({ status: 'journalled', topic });
      expect(api.bus.published).toEqual([{ topic, payload: Buffer.from(body) }]);
    });

    it.each(['application/json', 'application/senml+cbor', 'application/octet-stream', 'text/plain', undefined])(
      'takes content type %s',
      async (type) => {
        const body = Buffer.from([0x81, 0xa1, 0xff]);
        const answer = await api.ask('POST', '/v1/telemetry', {
          as: basic('L1', key),
          body,
          headers: type === undefined ? {} : { 'content-type': type },
        });
        expect(answer.status).toBe(202);
        expect(api.bus.published[0]!.payload).toEqual(body);
      },
    );

    it('answers 503 and nothing else when the message is not on disk', async () => {
      api.bus.connected = false;
      const answer = await api.ask('POST', '/v1/telemetry', { as: basic('L1', key), body: '{}' });
      expect(answer.status).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.text).not.toContain('10.0.0.7');
    });

    it('refuses wrong keys, other credentials, isolated devices and large bodies', async () => {
      const send = (as: string, body: string | Buffer = '{}') => api.ask('POST', '/v1/telemetry', { as, body });
      expect((await send(basic('L1', 'wrong'))).status).toBe(401);
      expect((await send(basic('L9', key))).status).toBe(401);
      expect((await send(ADMIN)).status).toBe(401);
      expect((await send(`Bearer ${key}`)).status).toBe(401);
      expect((await send(basic('L1', key), Buffer.alloc(256 * 1024 + 1))).status).toBe(413);
      expect((await send(basic('L1', key), '')).status).toBe(400);
      await api.ask('PATCH', '/v1/devices/L1', { body: { enabled: false } });
      expect((await send(basic('L1', key))).status).toBe(403);
      await api.ask('PATCH', '/v1/devices/L1', { body: { enabled: true } });
      await api.registry.credentials.revoke('L1');
      expect((await send(basic('L1', key))).status).toBe(401);
      expect(api.bus.published).toEqual([]);
    });
  });

  describe('health', () => {
    beforeEach(() => {
      api.bus.connected = true;
      api.bus.hear('broker');
      api.bus.hear('ingest');
    });

    it('is live whatever the others do', async () => {
      expect((await api.ask('GET', '/health/live', { as: '' })).body).toEqual({ status: 'live' });
    });

    it('is ready when a PUBLISH would be stored', async () => {
      const answer = await api.ask('GET', '/health/ready', { as: '' });
      expect(answer.status).toBe(200);
      expect(answer.body.checks.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok])).toEqual([
        ['broker', true],
        ['ingest', true],
        ['registry', true],
        ['store', true],
      ]);
    });

    it.each<[string, string, () => void]>([
      ['the broker is gone', 'broker', () => (api.bus.connected = false)],
      ['the broker fell silent', 'broker', () => api.bus.silence('broker')],
      ['the journal is full', 'broker', () => api.bus.hear('broker', 'degraded', { reason: 'The journal is full' })],
      ['ingest is down', 'ingest', () => api.bus.hear('ingest', 'down')],
      ['ingest fell silent', 'ingest', () => api.bus.silence('ingest')],
      [
        'the store does not answer',
        'store',
        () => jest.spyOn(api.store, 'ping').mockRejectedValueOnce(new LamplighterError('store-unavailable', 'x')),
      ],
      [
        'the registry does not answer',
        'registry',
        () => jest.spyOn(api.registry, 'ping').mockRejectedValueOnce(new LamplighterError('registry-unavailable', 'x')),
      ],
    ])('is not ready when %s', async (_name, check, breakIt) => {
      breakIt();
      const answer = await api.ask('GET', '/health/ready', { as: '' });
      expect(answer.status).toBe(503);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      const failed = answer.body.checks.filter(({ ok }: { ok: boolean }) => !ok);
      expect(failed.map(({ name }: { name: string }) => name)).toEqual([check]);
      expect(answer.body.detail).toContain(failed[0].detail);
    });

    it('gives Prometheus its own metrics and those of the other services', async () => {
      api.bus.hear('broker', 'up', { metrics: { broker_messages_total: 42, journal_bytes: 7, 'bad name"} 1': 1 } });
      const series = (application: string): string => `x_total{application="${application}"}`;
      api.bus.hear('connector', 'up', {
        metrics: { [series('a@ttn')]: 1, [series('b')]: 2, [series('bad name"')]: 3 },
      });
      const { text, headers } = await api.ask('GET', '/metrics', { as: '' });
      expect(headers['content-type']).toContain('text/plain');
      expect(text).toContain('# TYPE lamplighter_broker_messages_total counter\nlamplighter_broker_messages_total 42');
      expect(text).toContain('# TYPE lamplighter_journal_bytes gauge\nlamplighter_journal_bytes 7');
      const labelled = [
        '# TYPE lamplighter_x_total counter',
        `lamplighter_${series('a@ttn')} 1`,
        `lamplighter_${series('b')} 2`,
      ];
      expect(text).toContain(labelled.join('\n'));
      expect(text).toContain('lamplighter_api_request_seconds_count{method="GET",route="/health/ready",status="503"}');
      expect(text).not.toContain('bad name');
      expect((await api.ask('GET', '/metrics', { as: '', headers: { 'x-forwarded-for': '10.0.0.1' } })).status).toBe(
        401,
      );
      expect((await api.ask('GET', '/metrics', { headers: { 'x-forwarded-for': '10.0.0.1' } })).status).toBe(200);
    });
  });

  describe('requests that cannot be understood', () => {
    const json = { 'content-type': 'application/json' };
    it.each([
      ['no JSON', '{"a":', 400],
      ['too deep', `${'['.repeat(33)}${']'.repeat(33)}`, 400],
      ['200,000 deep', '['.repeat(200_000), 400],
      ['__proto__', '{"__proto__":{"role":"admin"},"username":"a","password":"b"}', 400],
      ['an escaped __proto__', '{"\\u005f_proto__":{"role":"admin"},"username":"a","password":"b"}', 400],
      ['constructor', '{"constructor":{"prototype":{}}}', 400],
      ['a null', 'null', 400],
      ['a number', '42', 400],
      ['an array', '[]', 400],
    ])('%s', async (_name, body, status) => {
      const answer = await api.ask('POST', '/v1/session', { as: '', body, headers: json });
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({ code: 'bad-request', requestId: expect.any(String) });
      expect(({} as { role?: string }).role).toBeUndefined();
    });

    it('answers other methods, types and addresses with problems', async () => {
      for (const [method, url, body, headers, status] of [
        ['POST', '/v1/rules', '<a/>', { 'content-type': 'application/xml' }, 415],
        ['PUT', '/v1/ledger', undefined, {}, 404],
        ['GET', '/v1/nothing', undefined, { accept: 'text/html' }, 404],
        ['GET', '/%zz', undefined, {}, 400],
        ['POST', '/v1/rules', 'x'.repeat(300_000), json, 413],
        ['GET', `/v1/devices/${'x'.repeat(300)}`, undefined, {}, 404],
      ] as const) {
        const answer = await api.ask(method, url, { body, headers });
        expect(`${method} ${url.slice(0, 20)} ${answer.status}`).toBe(`${method} ${url.slice(0, 20)} ${status}`);
        expect(answer.headers['content-type']).toContain('application/problem+json');
        expect(answer.headers['x-content-type-options']).toBe('nosniff');
      }
    });

    it('holds back a flood from one address', async () => {
      const limited = await startApi({ settings: { requestsPerSecond: 5 } });
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => limited.ask('GET', '/health/live', { as: '' })),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(10);
      const refused = answers.find(({ status }) => status === 429)!;
      expect(refused.headers['retry-after']).toBe('1');
      expect(refused.body.code).toBe('too-many-requests');
      await limited.close();
    });
  });

  describe('MQTT over WebSocket', () => {
    const upgrade = (path: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const asked = request(new URL(path, api.url), {
          headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'mqtt' },
        });
        asked.on('upgrade', (_response, socket) => {
          socket.write('ping');
          socket.once('data', (data) => {
            resolve(`upgraded ${data.toString()}`);
            socket.destroy();
          });
        });
        asked.on('response', (response) => resolve(String(response.statusCode)));
        asked.on('error', reject);
        asked.end();
      });

    it('pipes the request to the broker as it came, and back', async () => {
      mkdirSync(join(api.directory, 'run'), { recursive: true });
      let head = '';
      const broker = createServer((socket) => {
        socket.once('data', (data) => {
          head = data.toString();
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
          socket.once('data', (more) => socket.write(`echo ${more.toString()}`));
        });
      });
      await new Promise<void>((resolve) => broker.listen(join(api.directory, 'run', 'mqtt-ws.sock'), resolve));
      expect(await upgrade('/mqtt')).toBe('upgraded echo ping');
      expect(head).toMatch(/^GET \/mqtt HTTP\/1.1\r\n/);
      expect(head).toMatch(/sec-websocket-protocol: mqtt\r\n/i);
      expect(head).toContain('X-Forwarded-For: 127.0.0.1\r\n');
      await new Promise((resolve) => broker.close(resolve));
    });

    it('answers 503 without a broker, and 404 elsewhere', async () => {
      expect(await upgrade('/mqtt')).toBe('503');
      expect(await upgrade('/v1/stream')).toBe('404');
    });
  });

  describe('the console', () => {
    const assets = (): string => join(api.settings.consoleDirectory, 'assets');
    beforeAll(() => {
      mkdirSync(assets(), { recursive: true });
      writeFileSync(join(api.settings.consoleDirectory, 'index.html'), '<!doctype html><title>Lamplighter</title>');
      writeFileSync(join(assets(), 'index-abc123.js'), `console.log(${JSON.stringify('x'.repeat(2_000))})`);
      writeFileSync(join(api.settings.consoleDirectory, '.secret.json'), '{}');
      writeFileSync(join(api.directory, 'outside.json'), '{}');
    });

    it('is served at /, and its pages are all the same page', async () => {
      for (const path of ['/', '/map', '/devices/GF3637', '/alarms?severity=high']) {
        const answer = await api.ask('GET', path, { as: '', headers: { accept: 'text/html' } });
        expect([path, answer.status, answer.headers['cache-control']]).toEqual([path, 200, 'no-cache']);
        expect(answer.text).toContain('<title>Lamplighter</title>');
        expect(answer.headers['content-security-policy']).toMatch(/^default-src 'self'/);
        expect(answer.headers['content-security-policy']).not.toContain('unsafe');
      }
    });

    it('keeps hashed files for ever, and says when they did not change', async () => {
      const first = await api.ask('GET', '/assets/index-abc123.js', { as: '' });
      expect(first.headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': 'text/javascript; charset=utf-8',
      });
      const again = await api.ask('GET', '/assets/index-abc123.js', {
        as: '',
        headers: { 'if-none-match': String(first.headers.etag) },
      });
      expect([again.status, again.text]).toEqual([304, '']);
      const packed = await api.ask('GET', '/assets/index-abc123.js', {
        as: '',
        headers: { 'accept-encoding': 'gzip' },
      });
      expect(packed.headers['content-encoding']).toBe('gzip');
    });

    it.each([
      '/assets/none.js',
      '/.secret.json',
      '/../outside.json',
      '/%2e%2e/outside.json',
      '/..%2foutside.json',
      '/assets/..%2f..%2foutside.json',
      '/%00.js',
      '/v1/none',
      '/docs/none',
    ])('has no %s', async (path) => {
      const answer = await api.ask('GET', path, { headers: { accept: 'text/html' } });
      expect(answer.status).toBe(404);
    });

    it('says so when it was not built', async () => {
      rmSync(join(api.settings.consoleDirectory, 'index.html'));
      expect((await api.ask('GET', '/', { as: '', headers: { accept: 'text/html' } })).status).toBe(404);
    });
  });
});

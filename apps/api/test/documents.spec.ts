import { Writable } from 'node:stream';
import { pino } from 'pino';
import { ERRORS } from '#core';
import { deviceKinds } from '#kinds';
import { ADMIN, basic, lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';

type Json = Record<string, unknown>;
interface Operation {
  readonly summary?: string;
  readonly security?: unknown[];
  readonly parameters?: { name: string; in: string; schema?: object }[];
  readonly responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

describe('documents', () => {
  let api: Harness;
  let openApi: Json & { paths: Record<string, Record<string, Operation>>; components: { schemas: Json } };
  beforeAll(async () => {
    api = await startApi();
    openApi = (await api.ask('GET', '/openapi.json', { as: '' })).body;
  });
  afterAll(() => api.close());

  const operations = (): [string, Operation][] =>
    Object.entries(openApi.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
    );

  it('is OpenAPI 3.1, with nothing of 3.0 left in it', () => {
    expect(openApi.openapi).toBe('3.1.0');
    expect(JSON.stringify(openApi)).not.toContain('"nullable"');
    const device = openApi.components.schemas.DeviceDto as { properties: Record<string, unknown> };
    expect(device.properties.intervalMs).toMatchObject({ type: ['number', 'null'] });
  });

  it('has every reference that it uses', () => {
    const names = [...JSON.stringify(openApi).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) expect(Object.keys(openApi.components.schemas)).toContain(name);
  });

  it('describes every operation, its answers and its problems', () => {
    for (const [route, operation] of operations()) {
      expect(`${route}: ${operation.summary ?? ''}`).toMatch(/: .+/);
      const codes = Object.keys(operation.responses);
      expect(`${route} ${codes.some((code) => code.startsWith('2'))}`).toBe(`${route} true`);
      expect(`${route} ${codes.includes('429') && codes.includes('500')}`).toBe(`${route} true`);
      for (const code of codes.filter((status) => Number(status) >= 400)) {
        expect(Object.keys(operation.responses[code]!.content ?? {})).toEqual(['application/problem+json']);
      }
    }
  });

  it('names the query parameters of the contract', () => {
    const names = (route: string): string[] =>
      operations()
        .find(([name]) => name === route)![1]
        .parameters!.filter((parameter) => parameter.in === 'query')
        .map(({ name }) => name);
    expect(names('get /v1/devices/{id}/readings')).toEqual([
      'kind',
      'metric',
      'from',
      'to',
      'every',
      'aggregate',
      'timeZone',
      'limit',
      'cursor',
      'format',
    ]);
    expect(names('get /v1/latest')).toEqual(expect.arrayContaining(['kind', 'department', 'district', 'bbox']));
    expect(names('post /v1/devices/import')).toEqual(['async', 'dryRun']);
  });

  it('asks for credentials wherever the API does', async () => {
    for (const [route, operation] of operations()) {
      const [method, path] = route.split(' ') as [string, string];
      if (operation.security?.length === 0) continue;
      const headers: Record<string, string> = path === '/metrics' ? { 'x-forwarded-for': '10.0.0.1' } : {};
      const answer = await api.ask(method.toUpperCase(), path.replace(/\{\w+\}/, 'x'), { as: '', headers });
      expect(`${route} ${answer.status}`).toBe(`${route} 401`);
    }
  });

  it('describes the MQTT side as AsyncAPI 3, from the kinds', async () => {
    const { body } = await api.ask('GET', '/asyncapi.json', { as: '' });
    expect(body.asyncapi).toBe('3.0.0');
    // Where the caller found this API, and the broker on the same host.
    expect(body.servers.webSocket).toMatchObject({ host: new URL(api.url).host, pathname: '/mqtt', protocol: 'ws' });
    expect(body.servers.mqtt.host).toBe(`127.0.0.1:${new URL(api.settings.mqttUrl).port}`);
    for (const { name } of deviceKinds) {
      expect(body.channels[`telemetry-${name}`].address).toBe(`city/{department}/${name}/{device}/telemetry`);
      expect(body.components.messages[name].payload.schema.$defs.reading).toBeDefined();
    }
    for (const operation of Object.values(body.operations as Record<string, { channel: { $ref: string } }>)) {
      expect(Object.keys(body.channels)).toContain(operation.channel.$ref.replace('#/channels/', ''));
    }
  });

  it('serves the reference from here alone', async () => {
    const page = await api.ask('GET', '/docs', { as: '' });
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(sources).toEqual(['/docs/scalar.js', '/docs/reference.js']);
    for (const source of sources) {
      const script = await api.ask('GET', source, { as: '' });
      expect([source, script.status, script.headers['content-type']]).toEqual([
        source,
        200,
        'text/javascript; charset=utf-8',
      ]);
    }
    expect((await api.ask('GET', '/docs/reference.js', { as: '' })).text).not.toMatch(/https?:/);
  });

  it('explains every code of the catalogue where the type of a problem points to', async () => {
    const { text } = await api.ask('GET', '/docs/errors', { as: '' });
    for (const code of Object.keys(ERRORS)) expect(text).toContain(`id="${code}"`);
    const { body } = await api.ask('GET', '/v1/nothing');
    expect(body.type).toBe('/docs/errors#not-found');
  });
});

describe('T37 secrets', () => {
  it('T37 canaries sent through every path are absent from logs and errors', async () => {
    let log = '';
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        log += chunk.toString();
        done();
      },
    });
    const api = await startApi({ logger: pino({ level: 'trace' }, sink) });
    const canary = 'CANARY-7f3a9c-SECRET';
    await api.ask('POST', '/v1/devices', { body: lamppost('L1') });
    const { paths } = (await api.ask('GET', '/openapi.json', { as: '' })).body as {
      paths: Record<string, Record<string, object>>;
    };
    const routes = [
      ...Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => [method, path] as const)),
      ['get', '/nothing'] as const,
    ];
    const answers: string[] = [];
    const note = async (...asked: Parameters<Harness['ask']>): Promise<void> => {
      const { status, text } = await api.ask(...asked);
      if (status >= 400) answers.push(text);
    };
    for (const [method, path] of routes) {
      if (path.endsWith('stream')) continue;
      const url = path.replace(/\{\w+\}/, 'L1');
      const as = [basic('admin', canary), `Bearer ${canary}`, `Bearer ll_abcdefghij_${canary}`, canary];
      for (const authorization of as) await note(method.toUpperCase(), url, { as: authorization });
      await note(method.toUpperCase(), url, {
        as: '',
        headers: { cookie: `lamplighter_session=${canary}`, 'x-device-id': 'L1' },
      });
      await note(method.toUpperCase(), `${url}?password=x&token=${canary}`, {
        as: ADMIN,
        body: { password: canary, key: canary },
      });
      await note(method.toUpperCase(), url, {
        as: ADMIN,
        body: `{"password": "${canary}"`,
        headers: { 'content-type': 'application/json' },
      });
    }
    await note('POST', '/v1/session', { as: '', body: { username: 'admin', password: canary } });
    await note('POST', '/v1/telemetry', { as: basic('L1', canary), body: '{}' });
    const { mqtt } = (await api.ask('POST', '/v1/devices', { body: lamppost('L2') })).body;
    api.bus.connected = false;
    await note('POST', '/v1/telemetry', { as: basic('L2', mqtt.password), body: canary });
    api.store.latest = async () => {
      throw new Error('a driver says something internal: at 10.9.8.7');
    };
    await note('GET', '/v1/devices/L2/latest');
    await api.close();

    expect(answers.length).toBeGreaterThan(100);
    expect(log.length).toBeGreaterThan(1_000);
    const secrets = [canary, mqtt.password as string, Buffer.from(canary).toString('base64').slice(0, 20)];
    for (const text of [log, ...answers]) {
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
    expect(answers.filter((text) => /node_modules|\.ts:\d|\.js:\d|10\.9\.8\.7/.test(text))).toEqual([]);
    // The log has what the answer leaves out.
    expect(log.includes('10.9.8.7')).toBe(true);
  });
});

import { verifyKey } from '#identity';
import { basic, startApi } from './harness.js';
import type { Answer, Harness } from './harness.js';
import { keyFor } from './keys.js';

const EUI = '0101010101010101';
const CHIRPSTACK_APP = '17c82e96-be03-4f38-aef3-f83d48582d97';
const chirpStackUp = {
  deviceInfo: { applicationId: CHIRPSTACK_APP, devEui: EUI, deviceName: 'Test device' },
  fPort: 1,
  data: 'qg==',
};
const ids = {
  device_id: 'dev1',
  application_ids: { application_id: 'app1' },
  dev_eui: '4200000000000000',
};

describe('network servers', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());
  afterEach(() => {
    api.bus.published.length = 0;
    api.bus.connected = true;
  });
  const add = (body: object): Promise<Answer> => api.ask('POST', '/v1/network-servers', { body });
  const remove = (id: string): Promise<Answer> => api.ask('DELETE', `/v1/network-servers/${id}`);

  describe('as resources', () => {
    it('are made with a key that is shown once, and with what to set up', async () => {
      const made = await add({ id: 'gwin', type: 'chirpstack', name: 'GWIN' });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ id: 'gwin', name: 'GWIN', applications: null, downlink: null, active: true });
      const { key, instructions } = made.body;
      expect(key).toMatch(/^[\w-]{32}$/);
      const text = instructions.join('\n');
      for (const line of ['client_id="gwin"', `password="${key}"`, 'json=true', 'server="tcp://127.0.0.1:1883/"'])
        expect(text).toContain(line);
      expect(text).toContain(`${api.url}/v1/network/chirpstack/gwin`);
      const credential = await api.registry.credentials.get('gwin');
      expect(credential).toMatchObject({ type: 'gateway', clientId: 'gwin', subject: 'gwin' });
      expect(verifyKey(api.settings.pepper, key, credential!.keyHash)).toBe(true);
      const read = await api.ask('GET', '/v1/network-servers');
      expect(read.body.networkServers).toHaveLength(1);
      expect(read.text).not.toContain(key);

      const rotated = await api.ask('POST', '/v1/network-servers/gwin/rotate-key');
      expect(rotated.body.key).not.toBe(key);
      expect((await api.ask('DELETE', '/v1/network-servers/gwin/key')).status).toBe(204);
      expect((await api.ask('GET', '/v1/network-servers/gwin')).body.active).toBe(false);
      expect((await remove('gwin')).status).toBe(204);
      expect(await api.registry.credentials.get('gwin')).toBeNull();
      const { body } = await api.ask('GET', '/v1/audit?subject=gwin');
      expect(body.entries.map(({ action }: { action: string }) => action)).toEqual([
        'network-server-removed',
        'network-server-key-revoked',
        'network-server-key-rotated',
        'network-server-created',
      ]);
      expect(JSON.stringify(body)).not.toContain(key);
    });

    it.each([
      [{ id: 'x', type: 'things-stack' }, '/applications'],
      [{ id: 'x', type: 'http' }, '/applications'],
      [{ id: 'x', type: 'http', applications: ['a@b'] }, '/applications/0'],
      // A webhook would not say which of the two it is of.
      [{ id: 'x', type: 'things-stack', applications: ['a@b', 'c@b', 'a@d'] }, '/applications/2'],
      [{ id: 'x', type: 'chirpstack', applications: ['+'] }, '/applications'],
      [{ id: 'x', type: 'chirpstack', applications: [] }, '/applications'],
      [{ id: 'x/y', type: 'chirpstack' }, '/id'],
      [{ id: 'x', type: 'mqtt' }, '/type'],
      [{ id: 'x', type: 'chirpstack', downlink: { url: 'ftp://x' } }, '/downlink/url'],
      [{ id: 'x', type: 'chirpstack', downlink: { url: 'https://user:pw@x' } }, '/downlink/url'],
    ])('%j is refused at %s', async (body, pointer) => {
      const answer = await add(body);
      expect(answer.status).toBe(400);
      expect(answer.body.pointer).toBe(pointer);
    });

    it('a second ChirpStack gets topics of its own, and does not lose them when it is changed', async () => {
      const first = await add({ id: 'first', type: 'chirpstack' });
      expect(first.body).toMatchObject({ applications: null, topicPrefix: '' });
      const second = await add({ id: 'harbour', type: 'chirpstack' });
      expect(second.body).toMatchObject({ applications: null, topicPrefix: 'chirpstack/harbour/' });
      const text = second.body.instructions.join('\n');
      const root = 'chirpstack/harbour/application/{{application_id}}/device/{{dev_eui}}';
      expect(text).toContain(`event_topic="${root}/event/{{event}}"`);
      expect(text).toContain(`command_topic="${root}/command/{{command}}"`);
      const body = JSON.stringify(chirpStackUp);
      const posted = await api.ask('POST', '/v1/network/chirpstack/harbour?event=up', { as: `Bearer ${second.body.key}`, body }); // prettier-ignore
      const topic = `chirpstack/harbour/application/${CHIRPSTACK_APP}/device/${EUI}/event/up`;
      expect(posted).toMatchObject({ status: 202, body: { topic } });
      const change = (id: string, of: object): Promise<Answer> =>
        api.ask('PATCH', `/v1/network-servers/${id}`, { body: of });
      const kept = { name: 'Harbour', topicPrefix: 'chirpstack/harbour/' };
      expect((await change('harbour', { name: 'Harbour', applications: null })).body).toMatchObject(kept);
      expect(await change('harbour', { applications: ['x'] })).toMatchObject({
        status: 409,
        body: { pointer: '/applications', detail: expect.stringMatching(/'harbour' has topics of its own/) },
      });
      const named = await add({ id: 'airport', type: 'chirpstack', applications: ['of-airport'] });
      expect(named.body.topicPrefix).toBe('');
      expect(await change('airport', { applications: null })).toMatchObject({
        status: 409,
        body: {
          pointer: '/applications',
          detail: expect.stringMatching(/'first' has every application.*topics of its own/),
        },
      });
      const taken = await add({ id: 'port', type: 'chirpstack', applications: ['of-airport'] });
      expect(taken).toMatchObject({ status: 409, body: { detail: expect.stringMatching(/of-airport \(airport\).*leave the applications out/i) } }); // prettier-ignore
      for (const id of ['first', 'harbour', 'airport']) await remove(id);
    });

    it('keep the key of a downlink API sealed, and a private address for administrators', async () => {
      const downlink = { url: 'https://eu1.example/{device}', key: 'NNSXS.canary' };
      const made = await add({ id: 'tts', type: 'things-stack', applications: ['app1@ttn'], downlink });
      expect(made.body.downlink).toEqual({ url: downlink.url, hasKey: true, allowPrivate: false });
      expect(JSON.stringify(await api.registry.networkServers.list())).not.toContain('canary');
      expect(JSON.stringify(await api.registry.audit.list({ limit: 100 }))).not.toContain('canary');
      const engineer = await keyFor(api, 'engineer', null);
      const change = { downlink: { url: 'http://127.0.0.1/', allowPrivate: true } };
      const refused = await api.ask('PATCH', '/v1/network-servers/tts', { as: engineer, body: change });
      expect(refused).toMatchObject({ status: 403, body: { pointer: '/downlink/allowPrivate' } });
      expect((await api.ask('PATCH', '/v1/network-servers/tts', { body: change })).body.downlink).toEqual({
        url: 'http://127.0.0.1/',
        hasKey: false,
        allowPrivate: true,
      });
      const taken = await add({ id: 'second', type: 'things-stack', applications: ['app1@ttn'] });
      expect(taken).toMatchObject({ status: 409, body: { code: 'conflict' } });
      await remove('tts');
    });

    it('are for engineers who see all departments', async () => {
      const viewer = await keyFor(api, 'viewer', null);
      expect((await api.ask('GET', '/v1/network-servers', { as: viewer })).status).toBe(403);
      const ours = await keyFor(api, 'admin', ['hyd']);
      expect((await api.ask('GET', '/v1/network-servers', { as: ours })).status).toBe(403);
      const body = { id: 'x', type: 'chirpstack' };
      expect((await api.ask('POST', '/v1/network-servers', { as: ours, body })).status).toBe(403);
    });
  });

  describe('edges', () => {
    let things: string;
    let chirp: string;
    let other: string;
    beforeAll(async () => {
      const keyOf = async (body: object): Promise<string> => (await add(body)).body.key;
      things = await keyOf({ id: 'tts', type: 'things-stack', applications: ['app1@ttn', 'app2@ttn'] });
      chirp = await keyOf({ id: 'gwin', type: 'chirpstack' });
      await add({ id: 'second', type: 'chirpstack', applications: ['of-second'] });
      other = await keyOf({ id: 'actility', type: 'http', applications: ['meters'] });
    });

    it.each([
      ['uplink_message', 'up'],
      ['uplink_normalized', 'up/normalized'],
      ['join_accept', 'join'],
      ['downlink_queued', 'down/queued'],
      ['downlink_sent', 'down/sent'],
      ['downlink_ack', 'down/ack'],
      ['downlink_nack', 'down/nack'],
      ['downlink_failed', 'down/failed'],
      ['location_solved', 'location/solved'],
      ['service_data', 'service/data'],
    ])('a webhook of The Things Stack with %s is published on %s, untouched', async (member, channel) => {
      const body = JSON.stringify({ end_device_ids: ids, [member]: { f_port: 1 } }, null, 2);
      for (const path of ['', '/', '/uplink', '/a/b']) {
        const answer = await api.ask('POST', `/v1/network/things-stack/tts${path}`, { as: `Bearer ${things}`, body });
        expect(answer.status).toBe(202);
        expect(answer.body).toEqual({ status: 'journalled', topic: `v3/app1@ttn/devices/dev1/${channel}` });
        expect(api.bus.published.pop()).toEqual({ topic: answer.body.topic, payload: Buffer.from(body) });
      }
    });

    it.each<[string, object]>([
      ['Bearer', { authorization: 'Bearer KEY' }],
      ['Basic', { authorization: 'BASIC' }],
      ['X-Webhook-Secret', { 'x-webhook-secret': 'KEY' }],
    ])('a webhook may carry its secret as %s', async (_name, headers) => {
      const filled = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          value === 'BASIC' ? basic('anybody', things) : String(value).replace('KEY', things),
        ]),
      );
      const body = JSON.stringify({ end_device_ids: ids, uplink_message: {} });
      const answer = await api.ask('POST', '/v1/network/things-stack/tts', { as: '', body, headers: filled });
      expect(answer.status).toBe(202);
    });

    it('the HTTP integration of ChirpStack is published on the topic of its MQTT integration', async () => {
      const body = JSON.stringify(chirpStackUp);
      const ask = { as: `Bearer ${chirp}`, body, headers: { 'content-type': 'application/json' } };
      const answer = await api.ask('POST', '/v1/network/chirpstack/gwin?event=txack', ask);
      expect(answer.status).toBe(202);
      const topic = `application/${CHIRPSTACK_APP}/device/${EUI}/event/txack`;
      expect(api.bus.published).toEqual([{ topic, payload: Buffer.from(body) }]);
      expect((await api.ask('POST', '/v1/network/chirpstack/gwin', ask)).status).toBe(400);
      expect((await api.ask('POST', '/v1/network/chirpstack/gwin?event=a/b', ask)).status).toBe(400);
      const foreign = JSON.stringify({ deviceInfo: { ...chirpStackUp.deviceInfo, applicationId: 'of-second' } });
      expect((await api.ask('POST', '/v1/network/chirpstack/gwin?event=up', { ...ask, body: foreign })).status).toBe(
        403,
      );
    });

    it('uplinks of other servers, by Basic and by Bearer', async () => {
      const body = JSON.stringify({ devEui: EUI.toUpperCase(), data: 'AQ==' });
      const topic = `uplink/meters/${EUI}`;
      const sent = await api.ask('POST', '/v1/uplinks', { as: basic('actility', other), body });
      expect(sent).toMatchObject({ status: 202, body: { topic } });
      const headers = { 'x-network-server': 'actility' };
      expect((await api.ask('POST', '/v1/uplinks', { as: `Bearer ${other}`, body, headers })).status).toBe(202);
      expect((await api.ask('POST', '/v1/uplinks', { as: `Bearer ${other}`, body })).status).toBe(401);
      const raw = Buffer.from([0xff, 1]);
      const named = await api.ask('POST', `/v1/uplinks?devEui=${EUI}`, { as: basic('actility', other), body: raw });
      expect(named.status).toBe(202);
      expect(api.bus.published.at(-1)).toEqual({ topic, payload: raw });
      const foreign = await api.ask('POST', '/v1/uplinks?application=x', { as: basic('actility', other), body });
      expect(foreign).toMatchObject({ status: 403, body: { pointer: '/application' } });
    });

    it.each([
      ['{}', '/end_device_ids/application_ids/application_id'],
      ['[', undefined],
      ['7', '/end_device_ids/application_ids/application_id'],
      [
        JSON.stringify({ end_device_ids: { ...ids, device_id: '../x' }, uplink_message: {} }),
        '/end_device_ids/device_id',
      ],
      [JSON.stringify({ end_device_ids: { ...ids, device_id: '+' }, uplink_message: {} }), '/end_device_ids/device_id'],
      [JSON.stringify({ end_device_ids: ids, other: 1 }), ''],
    ])('T11 a body that names no device is refused: %s', async (body, pointer) => {
      const answer = await api.ask('POST', '/v1/network/things-stack/tts', { as: `Bearer ${things}`, body });
      expect(answer.status).toBe(400);
      expect(answer.body.pointer).toBe(pointer);
      expect(api.bus.published).toEqual([]);
    });

    it('refuses an application of nobody, too large bodies, and answers 503 with Retry-After without the broker', async () => {
      const send = (body: string | Buffer): Promise<Answer> =>
        api.ask('POST', '/v1/network/things-stack/tts', { as: `Bearer ${things}`, body });
      const app3 = { ...ids, application_ids: { application_id: 'app3' } };
      expect((await send(JSON.stringify({ end_device_ids: app3, uplink_message: {} }))).status).toBe(403);
      expect((await send(Buffer.alloc(256 * 1024 + 1))).status).toBe(413);
      expect((await send('')).status).toBe(400);
      api.bus.connected = false;
      const answer = await send(JSON.stringify({ end_device_ids: ids, uplink_message: {} }));
      expect(answer.status).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    });

    it('T33 refuses wrong, foreign and revoked keys, slows guessing down, and lets the right key through', async () => {
      const body = JSON.stringify({ end_device_ids: ids, uplink_message: {} });
      const send = (id: string, key: string): Promise<Answer> =>
        api.ask('POST', `/v1/network/things-stack/${id}`, { as: `Bearer ${key}`, body });
      expect((await send('tts', chirp)).status).toBe(401);
      expect((await send('nobody', things)).status).toBe(401);
      expect((await send('gwin', chirp)).status).toBe(400);
      expect((await api.ask('POST', '/v1/network/things-stack/tts', { as: '', body })).status).toBe(401);
      // The administrator is no network server.
      expect((await api.ask('POST', '/v1/network/things-stack/tts', { body })).status).toBe(401);
      const answers = [];
      for (let i = 0; i < 12; i++) answers.push((await send('tts', `guess-${i}`)).status);
      expect(answers.at(-1)).toBe(429);
      expect((await send('tts', things)).status).toBe(202);
      const audit = JSON.stringify(await api.registry.audit.list({ actor: 'anonymous', limit: 100 }));
      expect(audit).toContain('network-server-key');
      expect(audit).not.toContain('guess-1');
      await api.ask('DELETE', '/v1/network-servers/tts/key');
      expect([401, 429]).toContain((await send('tts', things)).status);
    });
  });
});

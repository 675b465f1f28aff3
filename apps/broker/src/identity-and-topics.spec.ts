import { replayTopic } from '#core';
import { hashKey, hashPassword, newApiKey } from '#identity';
import { msOf, quickest, until } from '#core/testing';
import { BrokerFixture, PEPPER, SERVICE_KEY, type TestDevice } from './testing/broker-fixture.js';
import { MqttConnection } from './testing/mqtt-connection.js';

describe('identity and topics', () => {
  let fixture: BrokerFixture;
  let a: TestDevice;
  let b: TestDevice;
  beforeAll(async () => {
    fixture = await BrokerFixture.start();
    [a, b] = (await fixture.devices('device-a', 'device-b')) as [TestDevice, TestDevice];
  });
  afterAll(() => fixture.stop());

  const audited = async (action: string, actor: string): Promise<unknown> =>
    until(
      `${action} of ${actor} in the audit trail`,
      () => fixture.registry.audit.list({ actor, limit: 100 }),
      (entries) => entries.some((entry) => entry.action === action),
    );

  describe('T01 a credential with the client id of another', () => {
    it('is refused, and the owner stays online', async () => {
      const owner = await fixture.client(b.login);
      const thief = await fixture.socket();
      expect(await thief.connect({ ...a.login, clientId: b.id })).toBe(2);
      expect(await thief.closes()).toBe(true);
      expect(await owner.publish(b.topic('telemetry'), '{}')).toBe(true);
      await audited('mqtt.connect-refused', a.id);
      await owner.disconnect();
    });

    it('does not keep the owner from taking over its own session [MQTT-3.1.4-2]', async () => {
      const before = await fixture.client(b.login);
      const after = await fixture.client(b.login);
      expect(await before.closes()).toBe(true);
      expect(await after.publish(b.topic('telemetry'), '{}')).toBe(true);
    });

    it('is refused for a service name, too', async () => {
      const socket = await fixture.socket();
      expect(await socket.connect({ ...a.login, clientId: 'service:ingest' })).toBe(2);
    });
  });

  it('a wrong key, an unknown user and no credentials are refused', async () => {
    expect(await (await fixture.socket()).connect({ ...a.login, password: b.key })).toBe(4);
    expect(await (await fixture.socket()).connect({ clientId: 'x', username: 'nobody', password: 'guess' })).toBe(4);
    expect(await (await fixture.socket()).connect({ clientId: a.id })).toBe(5);
    expect(
      await (await fixture.socket()).connect({ clientId: 'service:api', username: 'service:api', password: 'guess' }),
    ).toBe(4);
    expect(
      await (await fixture.socket()).connect({ clientId: 'other', username: 'service:api', password: SERVICE_KEY }),
    ).toBe(2);
  });

  describe('T02 a publication on a foreign topic', () => {
    it.each([
      ['telemetry of another device', (): string => b.topic('telemetry'), 1],
      ['telemetry of another device with QoS 0', (): string => b.topic('telemetry'), 0],
      ['telemetry of another device with QoS 2', (): string => b.topic('telemetry'), 2],
      ['status of another device', (): string => b.topic('status'), 1],
      ['a command to itself', (): string => a.topic('command'), 1],
      ['an alarm', (): string => 'alarms/hyd/high/device-a', 1],
      ['a network server', (): string => 'application/1/device/0102030405060708/event/up', 1],
      ['a replay of its own messages', (): string => replayTopic('device-a'), 1],
      ['health of a service', (): string => 'lamplighter/services/ingest/status', 1],
    ] as const)('%s is not stored, is audited, and ends the connection', async (_case, topic, qos) => {
      const before = (await fixture.journalled()).length;
      const watcher = await fixture.service('watcher');
      await watcher.subscribe('city/#', 'alarms/#', 'application/#');
      const client = await fixture.client(a.login);
      client.send({ cmd: 'publish', topic: topic(), payload: 'x', qos, retain: false, dup: false, messageId: 7 });
      expect(await client.closes()).toBe(true);
      expect(client.inbox.filter(({ cmd }) => cmd === 'puback' || cmd === 'pubrec')).toEqual([]);
      expect(await fixture.beforeMark(watcher)).toEqual([]);
      expect(await fixture.journalled()).toHaveLength(before);
      await audited('mqtt.publish-denied', a.id);
      await watcher.disconnect();
    });
  });

  it('T03 a will on a foreign topic is suppressed, one on its own status is published', async () => {
    const watcher = await fixture.service('watcher');
    await watcher.subscribe('city/#');
    const bad = await fixture.client({ ...a.login, will: { topic: b.topic('status'), payload: 'forged' } });
    bad.cut();
    const good = await fixture.client({ ...b.login, will: { topic: b.topic('status'), payload: 'offline', qos: 1 } });
    good.cut();
    const wills = [...(await watcher.messages(1)), ...(await fixture.beforeMark(watcher))];
    expect(wills.map(({ topic, payload }) => [topic, payload.toString()])).toEqual([[b.topic('status'), 'offline']]);
    await watcher.disconnect();
  });

  it.each([
    '#',
    '+/#',
    '$SYS/#',
    'city/#',
    'city/+/+/device-a/command',
    '$share/g/city/#',
    'city/hyd/smart-lamppost/+/command',
  ])('T04 the filter %s is outside the scope of a device', async (filter) => {
    const client = await fixture.client(a.login);
    expect(await client.subscribe(filter)).toEqual([0x80]);
    await client.disconnect();
  });

  it('T04 a device may listen to its own command and rejected topics', async () => {
    const client = await fixture.client(a.login);
    expect(await client.subscribe(a.topic('command'), a.topic('rejected'))).toEqual([1, 1]);
    const service = await fixture.service('api');
    await service.publish(a.topic('command'), '{"dim":50}');
    expect((await client.messages(1)).map(({ payload }) => payload.toString())).toEqual(['{"dim":50}']);
    await client.disconnect();
    await service.disconnect();
  });

  it('T05 one denied filter refuses the whole SUBSCRIBE, and a restored session gets nothing foreign', async () => {
    const login = { ...a.login, clean: false };
    const first = await fixture.client(login);
    expect(await first.subscribe(a.topic('command'), b.topic('command'))).toEqual([0x80, 0x80]);
    expect(await first.subscribe({ topic: a.topic('command'), qos: 1 })).toEqual([1]);
    await first.disconnect();
    const service = await fixture.service('api');
    await service.publish(b.topic('command'), 'foreign');
    await service.publish(a.topic('command'), 'own');
    const again = await fixture.client(login);
    const queued = [...(await again.messages(1)), ...(await fixture.beforeMark(again, a.topic('command')))];
    expect(queued.map(({ payload }) => payload.toString())).toEqual(['own']);
    await again.disconnect();
    await (await fixture.client(a.login)).disconnect();
    await service.disconnect();
  });

  describe('T06 a permission that is revoked', () => {
    it('while offline withholds what was queued', async () => {
      const device = await fixture.device('device-revoked-offline');
      const login = { ...device.login, clean: false };
      const client = await fixture.client(login);
      await client.subscribe(device.topic('command'));
      await client.disconnect();
      const service = await fixture.service('api');
      await service.publish(device.topic('command'), 'secret');
      await fixture.registry.devices.update(device.id, { enabled: false });
      await fixture.changesSeen();
      await fixture.registry.devices.update(device.id, { enabled: true });
      await fixture.changesSeen();
      const again = await fixture.client(login);
      await again.subscribe(device.topic('command'));
      expect(await fixture.beforeMark(again, device.topic('command'))).toEqual([]);
      await service.disconnect();
    });

    it.each([
      ['the credential is revoked', async (id: string) => fixture.registry.credentials.revoke(id)],
      ['the device is disabled', async (id: string) => fixture.registry.devices.update(id, { enabled: false })],
      [
        'the device is moved to another department',
        async (id: string) => fixture.registry.devices.update(id, { department: 'epd' }),
      ],
    ])('when %s closes the connection within a second, without a will', async (name, change) => {
      await fixture.registry.departments.put({
        id: 'epd',
        titles: { en: 'EPD', 'zh-Hant': '環保署', 'zh-Hans': '环保署' },
      });
      const watcher = await fixture.service('watcher');
      await watcher.subscribe('city/#');
      const closesAfter = async (n: number): Promise<number> => {
        const device = await fixture.device(`device-${name.replaceAll(' ', '-')}-${n}`);
        const client = await fixture.client({
          ...device.login,
          will: { topic: device.topic('status'), payload: 'gone' },
        });
        await client.publish(device.topic('telemetry'), '{}');
        return msOf(async () => {
          await change(device.id);
          expect(await client.closes()).toBe(true);
        });
      };
      expect(await quickest(1_000, closesAfter)).toBeLessThan(1_000);
      expect((await fixture.beforeMark(watcher)).filter(({ topic }) => topic.endsWith('/status'))).toEqual([]);
      await watcher.disconnect();
    });

    it('ends the use of a rotated key', async () => {
      const device = await fixture.device('device-rotated');
      const client = await fixture.client(device.login);
      const {
        createdAt: _created,
        revokedAt: _revoked,
        ...credential
      } = (await fixture.registry.credentials.get(device.id))!;
      await fixture.registry.credentials.put([{ ...credential, keyHash: 'of-another-key' }]);
      expect(await client.closes()).toBe(true);
      expect(await (await fixture.socket()).connect(device.login)).toBe(4);
    });
  });

  it('T07 a client id of 60,000 characters, or with control characters, is refused', async () => {
    const long = await fixture.socket();
    expect(await long.connect({ ...a.login, clientId: 'x'.repeat(60_000) })).toBeNull();
    expect(await long.closes()).toBe(true);
    expect(await (await fixture.socket()).connect({ ...a.login, clientId: 'x'.repeat(129) })).toBe(2);
    expect(await (await fixture.socket()).connect({ ...a.login, clientId: 'device\n-a' })).toBe(2);
  });

  it('T07 an empty client id with clean=false is refused', async () => {
    const socket = await fixture.socket();
    socket.sendBytes(Buffer.from('100c00044d5154540400003c0000', 'hex'));
    expect(await socket.next('connack')).toMatchObject({ returnCode: 2 });
    expect(await socket.closes()).toBe(true);
  });

  it('T14 keys that other transports read as instructions are bytes like any others', async () => {
    const watcher = await fixture.service('watcher');
    await watcher.subscribe('city/#');
    const client = await fixture.client(a.login);
    const payload = JSON.stringify({ id: '1', data: { x: 1 }, pattern: 'city/#', values: { temperature: 1 } });
    await client.publish(a.topic('telemetry'), payload);
    const messages = [...(await watcher.messages(1)), ...(await fixture.beforeMark(watcher))];
    expect(messages.map((message) => message.payload.toString())).toEqual([payload]);
    expect(Buffer.from((await fixture.journalled()).at(-1)!.payload).toString()).toBe(payload);
    await client.disconnect();
    await watcher.disconnect();
  });

  it('a gateway publishes for its application, under its own name', async () => {
    const key = 'k'.repeat(32);
    const gateway = {
      username: 'gw-1',
      clientId: 'gw-1',
      type: 'gateway' as const,
      subject: 'gw-1',
      application: '7',
      certificateFingerprint: null,
    };
    await fixture.registry.credentials.put([{ ...gateway, keyHash: hashKey(PEPPER, key) }]);
    const client = await fixture.client({ clientId: 'gw-1', username: 'gw-1', password: key });
    const topic = 'application/7/device/0102030405060708/event/up';
    expect(await client.publish(topic, '{}')).toBe(true);
    expect((await fixture.journalled()).at(-1)).toMatchObject({ source: 'gw-1', topic });
    client.send({
      cmd: 'publish',
      topic: topic.replace('/7/', '/8/'),
      payload: 'x',
      qos: 1,
      retain: false,
      dup: false,
      messageId: 9,
    });
    expect(await client.closes()).toBe(true);
  });

  it('a service replays a dead letter under the name of its source', async () => {
    const service = await fixture.service('api');
    expect(await service.publish(replayTopic('gateway/+ä'), 'letter')).toBe(true);
    await service.publish('lamplighter/replay/no-source!', 'nothing');
    const replays = (await fixture.journalled()).filter(({ topic }) => topic.startsWith('lamplighter/'));
    expect(replays.map(({ source, topic }) => [source, topic])).toEqual([['gateway/+ä', replayTopic('gateway/+ä')]]);
    await service.disconnect();
  });

  it('a service publishes HTTP-ingested telemetry under the name of the device', async () => {
    const service = await fixture.service('api');
    expect(await service.publish(b.topic('telemetry'), '{"values":{}}')).toBe(true);
    expect((await fixture.journalled()).at(-1)).toMatchObject({ source: b.id, topic: b.topic('telemetry') });
    await service.disconnect();
  });

  describe('people and programs', () => {
    it('subscribe with an API key within their departments, and publish nothing', async () => {
      const { id, secret, key } = newApiKey();
      await fixture.registry.accounts.createKey({
        id,
        name: 'dashboard',
        keyHash: hashKey(PEPPER, secret),
        role: 'viewer',
        departments: ['hyd'],
        expiresAt: null,
      });
      const user = await fixture.client({ clientId: 'dashboard-1', username: id, password: key });
      expect(await user.subscribe('alarms/hyd/#')).toEqual([1]);
      expect(await user.subscribe('alarms/#')).toEqual([0x80]);
      const service = await fixture.service('alerts');
      await service.publish('alarms/hyd/high/device-a', 'raised');
      expect((await user.messages(1)).map(({ topic }) => topic)).toEqual(['alarms/hyd/high/device-a']);
      user.send({ cmd: 'publish', topic: a.topic('command'), payload: 'x', qos: 0, retain: false, dup: false });
      expect(await user.closes()).toBe(true);
      const stays = await fixture.client({ clientId: 'dashboard-1', username: id, password: key });
      await fixture.registry.accounts.revokeKey(id);
      expect(await stays.closes()).toBe(true);
      await service.disconnect();
    });

    it('log in with a password, but not under the client id of a device', async () => {
      await fixture.registry.accounts.put({
        username: 'wong',
        passwordHash: await hashPassword('correct horse'),
        role: 'viewer',
        departments: null,
      });
      expect(await (await fixture.socket()).connect({ clientId: 'wong-1', username: 'wong', password: 'wrong' })).toBe(
        4,
      );
      expect(
        await (await fixture.socket()).connect({ clientId: a.id, username: 'wong', password: 'correct horse' }),
      ).toBe(2);
      expect(
        await (await fixture.socket()).connect({ clientId: 'wong-1', username: 'wong', password: 'correct horse' }),
      ).toBe(0);
    });
  });

  it('a failed login of many does not lock out a neighbour of the same address', async () => {
    for (let i = 0; i < 40; i++) {
      const socket = await MqttConnection.open(fixture.port);
      await socket.connect({ clientId: `guess-${i}`, username: `guess-${i}`, password: 'x' });
      socket.socket.destroy();
    }
    // Guesses are forgiven with time, of which a slow host takes much.
    await until(
      'guesses not to be looked into any more',
      async () => (await fixture.socket()).connect({ clientId: 'guess', username: 'guess', password: 'x' }),
      (code) => code === 5,
    );
    expect(await (await fixture.socket()).connect(b.login)).toBe(0);
  });
});

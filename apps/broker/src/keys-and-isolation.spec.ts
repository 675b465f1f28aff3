import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKey, hashKey } from '#identity';
import { BrokerFixture, pause, PEPPER, type TestDevice } from './testing/broker-fixture.js';

const WITHIN_MS = 1_500;
const PAYLOAD = JSON.stringify({ values: { temperature: 20 } });

/** The broker looks at the registry once a second, as it does in an installation. */
describe('keys and isolation, of devices that are connected', () => {
  let fixture: BrokerFixture;
  let device: TestDevice;
  beforeEach(async () => {
    fixture = await BrokerFixture.start({ limits: { registryPollMs: 1_000 } });
    device = await fixture.device('A');
  });
  afterEach(() => fixture.stop());

  const rotate = async (graceMs?: number): Promise<string> => {
    const key = generateKey();
    await fixture.registry.credentials.put([
      {
        username: 'A',
        clientId: 'A',
        type: 'device',
        subject: 'A',
        application: null,
        keyHash: hashKey(PEPPER, key),
        certificateFingerprint: null,
        ...(graceMs === undefined ? {} : { keepFormerUntil: Date.now() + graceMs }),
      },
    ]);
    return key;
  };
  const code = async (key: string): Promise<number | null> =>
    (await fixture.socket()).connect({ ...device.login, password: key });

  it('a revoked key closes the connection within about a second, and lets nobody in', async () => {
    const client = await fixture.client(device.login);
    await fixture.registry.credentials.revoke('A');
    expect(await client.closes(WITHIN_MS)).toBe(true);
    expect(await code(device.key)).toBe(5);
    const key = await rotate();
    await pause(1_100);
    expect(await code(key)).toBe(0);
  });

  it('an isolated device is disconnected within about a second; what it still sends is not journalled', async () => {
    const client = await fixture.client(device.login);
    await client.publish(device.topic('telemetry'), PAYLOAD);
    await fixture.registry.devices.update('A', { enabled: false });
    const sending = setInterval(() => void client.publish(device.topic('telemetry'), PAYLOAD, { qos: 0 }), 20);
    expect(await client.closes(WITHIN_MS)).toBe(true);
    clearInterval(sending);
    const journalled = (await fixture.journalled()).length;
    await pause(100);
    expect((await fixture.journalled()).length).toBe(journalled);
    expect(await code(device.key)).toBe(5);
    await fixture.registry.devices.update('A', { enabled: true });
    await pause(1_100);
    expect(await code(device.key)).toBe(0);
  });

  it('a rotated key ends the connection of the old one at once, when nothing else was asked for', async () => {
    const client = await fixture.client(device.login);
    const key = await rotate();
    expect(await client.closes(WITHIN_MS)).toBe(true);
    expect(await code(device.key)).toBe(4);
    expect(await code(key)).toBe(0);
  });

  it('with an overlap both keys work, a connection of the old one stays, and all that ends with the overlap', async () => {
    const client = await fixture.client(device.login);
    const key = await rotate(3_000);
    expect(await client.closes(WITHIN_MS)).toBe(false);
    await client.publish(device.topic('telemetry'), PAYLOAD);
    expect(await client.closes(2_500)).toBe(true);
    expect(await code(device.key)).toBe(4);
    expect(await code(key)).toBe(0);
  });

  it('the old key opens a connection during the overlap, which ends with it', async () => {
    await rotate(2_500);
    const client = await fixture.client(device.login);
    expect(await client.closes(1_200)).toBe(false);
    expect(await client.closes(2_000)).toBe(true);
  });

  it('revoking during an overlap ends both', async () => {
    const key = await rotate(60_000);
    const client = await fixture.client(device.login);
    await fixture.registry.credentials.revoke('A');
    expect(await client.closes(WITHIN_MS)).toBe(true);
    expect(await code(device.key)).not.toBe(0);
    expect(await code(key)).not.toBe(0);
  });
});

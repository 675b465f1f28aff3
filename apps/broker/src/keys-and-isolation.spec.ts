import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { msOf, quickest } from '#core/testing';
import { generateKey, hashKey } from '#identity';
import type { NewCredential } from '#registry';
import { BrokerFixture, PEPPER, type TestDevice } from './testing/broker-fixture.js';
import type { MqttConnection } from './testing/mqtt-connection.js';

const WITHIN_MS = 1_500;
const PAYLOAD = JSON.stringify({ values: { temperature: 20 } });

const credentialOf = (id: string, key: string): NewCredential => ({
  username: id,
  clientId: id,
  type: 'device',
  subject: id,
  application: null,
  keyHash: hashKey(PEPPER, key),
  certificateFingerprint: null,
});

/** The broker looks at the registry once a second, as it does in an installation. */
describe('keys and isolation, of devices that are connected', () => {
  let fixture: BrokerFixture;
  beforeEach(async () => {
    fixture = await BrokerFixture.start({ limits: { registryPollMs: 1_000 } });
  });
  afterEach(() => fixture.stop());

  const rotate = async (id: string, keepFormerUntil?: number): Promise<string> => {
    const key = generateKey();
    await fixture.registry.credentials.put([
      { ...credentialOf(id, key), ...(keepFormerUntil === undefined ? {} : { keepFormerUntil }) },
    ]);
    return key;
  };
  const code = async (device: TestDevice, key = device.key): Promise<number | null> =>
    (await fixture.socket()).connect({ ...device.login, password: key });

  /** Milliseconds from a change to the end of the connection: of the best of several devices, each with its checks afterwards. */
  const closesAfter = (
    change: (device: TestDevice, client: MqttConnection) => Promise<() => Promise<void>>,
  ): Promise<number> =>
    quickest(WITHIN_MS, async (n) => {
      const device = await fixture.device(`device-${n}`);
      const client = await fixture.client(device.login);
      let check = (): Promise<void> => Promise.resolve();
      const ms = await msOf(async () => {
        check = await change(device, client);
        expect(await client.closes()).toBe(true);
      });
      await check();
      return ms;
    });

  it('a revoked key closes the connection within about a second, and lets nobody in', async () => {
    const ms = await closesAfter(async (device) => {
      await fixture.registry.credentials.revoke(device.id);
      return async () => {
        expect(await code(device)).toBe(5);
        const key = await rotate(device.id);
        await fixture.changesSeen();
        expect(await code(device, key)).toBe(0);
      };
    });
    expect(ms).toBeLessThan(WITHIN_MS);
  });

  it('an isolated device is disconnected within about a second; what it still sends is not journalled', async () => {
    const ms = await closesAfter(async (device, client) => {
      await client.publish(device.topic('telemetry'), PAYLOAD);
      await fixture.registry.devices.update(device.id, { enabled: false });
      const sending = setInterval(
        () => void client.publish(device.topic('telemetry'), PAYLOAD, { qos: 0 }),
        20,
      ).unref();
      return async () => {
        const journalled = async (): Promise<number> =>
          (await fixture.journalled()).filter(({ source }) => source === device.id).length;
        // What was taken before the end is on its way to the disk, before this.
        await fixture.service('other').then((other) => other.publish(device.topic('telemetry'), 'mark'));
        const before = await journalled();
        // Many of its messages later.
        await fixture.changesSeen();
        clearInterval(sending);
        expect(await journalled()).toBe(before);
        expect(await code(device)).toBe(5);
        await fixture.registry.devices.update(device.id, { enabled: true });
        await fixture.changesSeen();
        expect(await code(device)).toBe(0);
      };
    });
    expect(ms).toBeLessThan(WITHIN_MS);
  });

  it('a rotated key ends the connection of the old one at once, when nothing else was asked for', async () => {
    const ms = await closesAfter(async (device) => {
      const key = await rotate(device.id);
      return async () => {
        expect(await code(device)).toBe(4);
        expect(await code(device, key)).toBe(0);
      };
    });
    expect(ms).toBeLessThan(WITHIN_MS);
  });

  it('revoking during an overlap ends both', async () => {
    const ms = await quickest(WITHIN_MS, async (n) => {
      const device = await fixture.device(`device-${n}`);
      const key = await rotate(device.id, Date.now() + 3_600_000);
      const client = await fixture.client(device.login);
      const closesMs = await msOf(async () => {
        await fixture.registry.credentials.revoke(device.id);
        expect(await client.closes()).toBe(true);
      });
      expect(await code(device)).not.toBe(0);
      expect(await code(device, key)).not.toBe(0);
      return closesMs;
    });
    expect(ms).toBeLessThan(WITHIN_MS);
  });
});

/** An overlap ends by the clock, which no try can be spared; so all that must come before its end comes quickly here. */
describe('keys that overlap', () => {
  const OVERLAP_MS = 4_000;
  let fixture: BrokerFixture;
  let device: TestDevice;
  beforeEach(async () => {
    fixture = await BrokerFixture.start({ limits: { registryPollMs: 50 } });
    device = await fixture.device('A');
  });
  afterEach(() => fixture.stop());

  const rotate = async (keepFormerUntil: number): Promise<string> => {
    const key = generateKey();
    await fixture.registry.credentials.put([{ ...credentialOf(device.id, key), keepFormerUntil }]);
    return key;
  };
  /** Waits until the broker ends the connection, and gives back the time of the wall clock at which it did. */
  const closedAt = async (client: MqttConnection): Promise<number> => {
    let at = Infinity;
    client.socket.once('close', () => (at = Date.now()));
    expect(await client.closes()).toBe(true);
    return at;
  };

  it('both work, a connection of the old one stays, and all that ends with the overlap', async () => {
    const client = await fixture.client(device.login);
    const end = Date.now() + OVERLAP_MS;
    const key = await rotate(end);
    const closed = closedAt(client);
    await fixture.changesSeen();
    expect((await client.publish(device.topic('telemetry'), PAYLOAD)) || Date.now() >= end).toBe(true);
    expect(await closed).toBeGreaterThanOrEqual(end);
    expect(await (await fixture.socket()).connect(device.login)).toBe(4);
    expect(await (await fixture.socket()).connect({ ...device.login, password: key })).toBe(0);
  });

  it('the old key opens a connection during the overlap, which ends with it', async () => {
    const end = Date.now() + OVERLAP_MS;
    await rotate(end);
    const client = await fixture.client(device.login);
    expect(await closedAt(client)).toBeGreaterThanOrEqual(end);
  });
});

import { jest } from '@jest/globals';
import { pause, until } from '#core/testing';
import { BrokerFixture } from './testing/broker-fixture.js';

describe('T26 clocks', () => {
  it('a device that only publishes telemetry stays connected beyond its keep-alive, whatever the wall clock does', async () => {
    const fixture = await BrokerFixture.start();
    const device = await fixture.device('GF3637');
    const now = jest.spyOn(Date, 'now').mockImplementation(() => 0);
    /** Milliseconds for which a client was let publish telemetry and nothing else. */
    const stays = async (): Promise<number> => {
      const client = await fixture.client({ ...device.login, keepalive: 1 });
      const since = performance.now();
      while (!client.closed && performance.now() - since < 2_400) {
        await client.publish(device.topic('telemetry'), '{}');
        await pause(100);
      }
      const stayedMs = client.closed ? 0 : performance.now() - since;
      // Silent, it is not kept.
      expect(await client.closes()).toBe(true);
      return stayedMs;
    };
    // A host that stands still for a second and a half makes a device look silent; one that never stays would fail all tries.
    await until('a device to stay beyond its keep-alive', stays, (ms) => ms >= 2_400);
    now.mockRestore();
    await fixture.stop();
  });
});

import { describe, expect, it, jest } from '@jest/globals';
import { until } from '#core/testing';
import { ReadinessService } from './readiness.service.js';

describe('readiness', () => {
  const bus = { isConnected: () => true, statuses: () => new Map() };
  const clock = { now: () => 0, monotonic: () => 0 };

  // Anybody may ask as often as they like, and a question to a database that was lost without a word takes its time to fail.
  it('asks a database once at a time, however many want to know', async () => {
    let fail!: () => void;
    const ping = jest.fn(() => new Promise<void>((_resolve, reject) => (fail = () => reject(new Error('gone')))));
    const telemetry = { ping: () => Promise.resolve() };
    const readiness = new ReadinessService(bus as never, { ping } as never, telemetry as never, clock);
    const asked = [readiness.checks(), readiness.checks(), readiness.checks()];
    await until('the registry to be asked', () => ping.mock.calls.length > 0);
    fail();
    const detail = 'The registry does not answer.';
    for (const checks of await Promise.all(asked))
      expect(checks).toContainEqual({ name: 'registry', ok: false, detail });
    expect(ping).toHaveBeenCalledTimes(1);

    const again = readiness.checks();
    fail();
    await again;
    expect(ping).toHaveBeenCalledTimes(2);
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ServiceStatus, STATUS_INTERVAL_MS } from '#core';
import { StatusPublisher, type StatusReport } from './status-publisher.js';

describe('StatusPublisher', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const published: ServiceStatus[] = [];
  const publisher = (report: () => StatusReport): StatusPublisher => {
    published.length = 0;
    return new StatusPublisher({
      service: 'quality',
      bus: { publishStatus: (status) => published.push(status) },
      report,
      clock: { now: () => Date.now(), monotonic: () => NaN },
    });
  };

  it('says at once and then every second how the service is, until it is stopped', () => {
    let checks = 0;
    const status = publisher(() => ({ state: 'up', metrics: { quality_checks_total: checks++ } }));
    const startedAt = Date.now();
    status.start();
    jest.advanceTimersByTime(2 * STATUS_INTERVAL_MS);
    status.stop();
    jest.advanceTimersByTime(5 * STATUS_INTERVAL_MS);
    expect(published).toEqual(
      [0, 1, 2].map((n) => ({
        service: 'quality',
        state: 'up',
        pid: process.pid,
        startedAt,
        at: startedAt + n * STATUS_INTERVAL_MS,
        metrics: { quality_checks_total: n },
      })),
    );
  });

  it('says why when the service is not well, and has no reason otherwise', () => {
    let report: StatusReport = { state: 'degraded', reason: 'the store is down', metrics: {} };
    const status = publisher(() => report);
    expect(status.status()).toMatchObject({ state: 'degraded', reason: 'the store is down' });
    report = { state: 'up', metrics: {} };
    expect(status.status()).not.toHaveProperty('reason');
  });
});

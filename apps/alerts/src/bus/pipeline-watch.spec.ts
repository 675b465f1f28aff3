import { describe, expect, it } from '@jest/globals';
import type { ServiceStatus } from '#core';
import { PipelineWatch } from './pipeline-watch.js';

const status = (service: string, change: Partial<ServiceStatus> = {}): ServiceStatus => ({
  service,
  state: 'up',
  pid: 1,
  startedAt: 0,
  at: 0,
  metrics: {},
  ...change,
});

describe('PipelineWatch', () => {
  const books = { feed: 0, time: 0 };
  const watch = (...statuses: readonly ServiceStatus[]): PipelineWatch => {
    books.feed = 0;
    books.time = 0;
    // The wall clock is of no use here: a status is as old as we have held it (T26).
    const pipeline = new PipelineWatch(() => books.feed, { now: () => NaN, monotonic: () => books.time });
    statuses.forEach((each) => pipeline.take(each));
    return pipeline;
  };

  it('hears devices while broker and ingest say that they are up', () => {
    expect(watch(status('broker'), status('ingest')).hearsDevices()).toBe(true);
  });

  it.each([
    ['nobody has said anything', []],
    ['ingest is missing', [status('broker')]],
    ['the broker is down', [status('broker', { state: 'down' }), status('ingest')]],
    ['ingest is degraded', [status('broker'), status('ingest', { state: 'degraded' })]],
    ['ingest is far behind', [status('broker'), status('ingest', { metrics: { ingest_backlog: 60_000 } })]],
  ])('does not while %s', (_case, statuses) => {
    expect(watch(...statuses).hearsDevices()).toBe(false);
  });

  it('does not when a status has become stale, or alerts itself is behind', () => {
    const pipeline = watch(status('broker'), status('ingest'));
    books.feed = 2_000;
    expect(pipeline.hearsDevices()).toBe(false);
    books.feed = 0;
    books.time = 5_001;
    expect(pipeline.hearsDevices()).toBe(false);
    pipeline.take(status('broker'));
    pipeline.take(status('ingest'));
    expect(pipeline.hearsDevices()).toBe(true);
  });
});

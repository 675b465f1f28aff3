import { jest } from '@jest/globals';
import { pause } from '#core/testing';
import type { TelemetryStore } from '#timeseries';
import type { Answer, Harness } from './harness.js';
import { lamppost, startApi } from './harness.js';
import { keyFor } from './keys.js';

const HOUR = 3_600_000;
/** An hour that is not over; the journal counts by time of receipt. */
const NOW = Date.parse('2026-03-02T00:30:00Z');

const NO_LETTERS = { openDeadLetters: 0, resolvedDeadLetters: 0 };

describe('ledger and dead letters', () => {
  let api: Harness;
  const append = (source: string, count: number, receivedAt = NOW): Promise<void> =>
    new Promise((resolve, reject) => {
      let left = count;
      const done = (error: Error | null): void => {
        if (error) reject(error);
        else if (--left === 0) resolve();
      };
      for (let i = 0; i < count; i++)
        api.journal.append(
          { source, topic: `city/hyd/smart-lamppost/${source}/telemetry`, payload: Buffer.from('{}'), receivedAt },
          done,
        );
    });
  let settled = 0;
  const settle = async (
    source: string,
    outcome: { stored?: number; duplicates?: number; deadLetters?: Record<string, number> },
    receivedAt = NOW,
  ): Promise<void> => {
    const { stored = 0, duplicates = 0, deadLetters = {} } = outcome;
    settled += stored + duplicates + Object.values(deadLetters).reduce((a, b) => a + b, 0);
    await api.store.commit({
      consumer: 'ingest',
      readings: [],
      deadLetters: [],
      outcomes: [{ source, hour: Math.floor(receivedAt / HOUR), stored, duplicates, deadLetters }],
      position: { next: { frame: settled + 1, index: 0 }, nextSequence: settled },
    });
  };
  const ledger = (query = '', as?: string): Promise<Answer> =>
    api.ask('GET', `/v1/ledger${query}`, as === undefined ? {} : { as });

  beforeAll(async () => {
    api = await startApi();
    await api.ask('POST', '/v1/devices', { body: [lamppost('L1'), lamppost('L2', { department: 'epd' })] });
  });
  afterAll(() => api.close());

  it('is all zeros before the first message', async () => {
    expect((await ledger()).body).toEqual({
      journalled: 0,
      stored: 0,
      duplicates: 0,
      deadLetters: {},
      ...NO_LETTERS,
      backlog: 0,
      unaccounted: 0,
    });
  });

  it('accounts for every message: what is not settled waits', async () => {
    await append('L1', 5);
    await append('L1', 2, NOW + HOUR);
    await append('L2', 3);
    expect((await ledger()).body).toEqual({
      journalled: 10,
      stored: 0,
      duplicates: 0,
      deadLetters: {},
      ...NO_LETTERS,
      backlog: 10,
      unaccounted: 0,
    });
    await settle('L1', { stored: 3, duplicates: 1, deadLetters: { 'bad-json': 1 } });
    expect((await ledger()).body).toEqual({
      journalled: 10,
      stored: 3,
      duplicates: 1,
      deadLetters: { 'bad-json': 1 },
      ...NO_LETTERS,
      backlog: 5,
      unaccounted: 0,
    });
    await settle('L1', { stored: 2 }, NOW + HOUR);
    await settle('L2', { stored: 3 });
    expect((await ledger()).body).toEqual({
      journalled: 10,
      stored: 8,
      duplicates: 1,
      deadLetters: { 'bad-json': 1 },
      ...NO_LETTERS,
      backlog: 0,
      unaccounted: 0,
    });
  });

  it('accounts per device and per hour', async () => {
    const byDevice = (await ledger('?groupBy=device')).body;
    expect(byDevice.groups).toEqual([
      {
        device: 'L1',
        journalled: 7,
        stored: 5,
        duplicates: 1,
        deadLetters: { 'bad-json': 1 },
        ...NO_LETTERS,
        backlog: 0,
        unaccounted: 0,
      },
      {
        device: 'L2',
        journalled: 3,
        stored: 3,
        duplicates: 0,
        deadLetters: {},
        ...NO_LETTERS,
        backlog: 0,
        unaccounted: 0,
      },
    ]);
    const byHour = (await ledger(`?groupBy=hour&device=L1`)).body;
    expect(byHour.groups.map((group: Record<string, unknown>) => [group.hour, group.journalled])).toEqual([
      ['2026-03-02T00:00:00.000Z', 5],
      ['2026-03-02T01:00:00.000Z', 2],
    ]);
    const later = (await ledger(`?from=${NOW + HOUR}`)).body;
    expect(later).toMatchObject({ journalled: 2, stored: 2 });
  });

  it('shows callers of a department the devices of that', async () => {
    const { body } = await ledger('?groupBy=device', await keyFor(api, 'viewer', ['epd']));
    expect(body).toMatchObject({ journalled: 3, stored: 3, groups: [{ device: 'L2' }] });
    expect((await ledger('', await keyFor(api, 'viewer', ['epd']))).body).toMatchObject({ journalled: 3 });
  });

  it('goes red when a message is lost, and when one is counted twice', async () => {
    const position = jest
      .spyOn(api.store, 'position')
      .mockResolvedValue({ next: { frame: 12, index: 0 }, nextSequence: settled + 1 });
    await append('L2', 1);
    expect((await ledger()).body).toMatchObject({ backlog: 0, unaccounted: 1 });
    expect((await ledger('?groupBy=device')).body.groups[1]).toMatchObject({ device: 'L2', unaccounted: 1 });
    position.mockRestore();
    await settle('L2', { stored: 1 });
    const outcomes = jest
      .spyOn(api.store, 'outcomes')
      .mockImplementation(async () => [{ source: '', hour: 0, stored: 12, duplicates: 0, deadLetters: {} }]);
    expect((await ledger()).body.unaccounted).toBe(-1);
    outcomes.mockRestore();
  });

  it('never shows a busy system as losing messages', async () => {
    let busy = true;
    const traffic = (async () => {
      while (busy) {
        await append('L1', 7);
        await settle('L1', { stored: 7 });
        await pause(2);
      }
    })();
    for (let i = 0; i < 60; i++) {
      const { body } = await ledger(i % 2 === 0 ? '' : '?groupBy=device');
      expect(body.unaccounted).toBe(0);
    }
    busy = false;
    await traffic;
  });

  it('lists dead letters with their bytes and reasons, newest first', async () => {
    const letter = (sequence: number, department: string | null, payload: Uint8Array, code: string) => ({
      id: `${sequence}-0`,
      sequence,
      source: 'L1',
      topic: 't',
      payload,
      receivedAt: NOW + sequence,
      device: department === null ? null : 'L1',
      department,
      kind: department === null ? null : 'smart-lamppost',
      partial: false,
      rejections: [{ code, pointer: '/values/temperature', detail: 'too hot', expected: '-40 to 85', actual: '999' }],
    });
    const store: TelemetryStore = api.store;
    await store.commit({
      consumer: 'test',
      readings: [],
      deadLetters: [
        letter(1, 'hyd', Buffer.from('{"a":1}'), 'out-of-range'),
        letter(2, null, Buffer.from([0xff, 0xfe]), 'bad-json'),
        letter(3, 'epd', Buffer.from('x'), 'bad-json'),
      ],
      outcomes: [],
      position: null,
    });
    const all = (await api.ask('GET', '/v1/dead-letters')).body.deadLetters;
    expect(all.map(({ id }: { id: string }) => id)).toEqual(['3-0', '2-0', '1-0']);
    expect(all[1]).toMatchObject({ code: 'bad-json', payloadText: null, payloadBase64: '//4=' });
    expect(all[2]).toMatchObject({
      code: 'out-of-range',
      payloadText: '{"a":1}',
      rejections: [{ pointer: '/values/temperature', actual: '999' }],
    });
    expect((await api.ask('GET', '/v1/dead-letters?code=bad-json')).body.deadLetters).toHaveLength(2);
    const ours = await api.ask('GET', '/v1/dead-letters', { as: await keyFor(api, 'viewer', ['hyd']) });
    expect(ours.body.deadLetters.map(({ id }: { id: string }) => id)).toEqual(['1-0']);
    const page = (await api.ask('GET', '/v1/dead-letters?limit=2')).body;
    expect(
      (await api.ask('GET', `/v1/dead-letters?limit=2&cursor=${page.next}`)).body.deadLetters.map(
        ({ id }: { id: string }) => id,
      ),
    ).toEqual(['1-0']);
  });
});

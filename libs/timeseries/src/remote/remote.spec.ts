import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LamplighterError } from '#core';
import { pause, PATIENCE_MS, until } from '#core/testing';
import type { AggregateQuery, HistoryQuery, LatestReading, TelemetryQueries } from '../telemetry-store.js';
import { describeTelemetryStore } from '../telemetry-store.contract.js';
import { deadLetter } from '../contract/samples.contract.js';
import { DuckDbTelemetryStore } from '../duckdb/index.js';
import { RemoteTelemetryQueries, serveTelemetryQueries, type ServedQueries } from './index.js';

// Nothing here asks anything else: a store whose reading side is remote has to keep the whole contract.
describeTelemetryStore('DuckDB behind a socket', async ({ schema }) => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplighter-remote-'));
  const socket = join(folder, 'run', 'store.sock');
  const remote = await RemoteTelemetryQueries.connect(socket);
  let local: DuckDbTelemetryStore;
  let served: ServedQueries;
  const start = async (kinds = schema) => {
    local = await DuckDbTelemetryStore.open({ path: join(folder, 'telemetry.duckdb'), schema: kinds });
    served = await serveTelemetryQueries(local, socket);
    return Object.assign(Object.create(remote) as RemoteTelemetryQueries, {
      commit: local.commit.bind(local),
      findStored: local.findStored.bind(local),
      recentKeys: local.recentKeys.bind(local),
      findReplayed: local.findReplayed.bind(local),
      expire: local.expire.bind(local),
      expirePayloads: local.expirePayloads.bind(local),
    });
  };
  const stop = async () => {
    await served.close();
    await local.close();
  };
  return {
    store: await start(),
    interrupt: async () => undefined,
    reopen: async (kinds) => {
      await stop();
      return start(kinds);
    },
    close: async () => {
      await remote.close();
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
});

describe('remote telemetry queries', () => {
  let folder: string;
  let socket: string;
  let remote: RemoteTelemetryQueries;
  let served: ServedQueries | undefined;
  const serve = async (queries: Partial<TelemetryQueries>) =>
    (served = await serveTelemetryQueries(queries as TelemetryQueries, socket));

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lamplighter-remote-'));
    socket = join(folder, 'run', 'store.sock');
    served = undefined;
    remote = await RemoteTelemetryQueries.connect(socket, { patienceMs: PATIENCE_MS, timeoutMs: PATIENCE_MS });
  });
  afterEach(async () => {
    await remote.close();
    await served?.close();
    rmSync(folder, { recursive: true });
  });

  it('carries Maps, bytes, NaN and absent fields', async () => {
    let asked: AggregateQuery | undefined;
    const letter = { ...deadLetter(1), payload: Uint8Array.from([0, 255, 128]), device: null, resolution: null };
    await serve({
      aggregate: async (query) => {
        asked = query;
        return [{ group: 'g', time: 1, metric: 'm', values: { mean: NaN, max: -0.1 } }];
      },
      deadLetters: async () => ({ deadLetters: [letter], next: null }),
      ping: async () => undefined,
    });
    const query: AggregateQuery = { kind: 'k', groups: new Map([['a', 'b']]), metrics: ['m'], from: 0, to: 1.5, everyMs: null, timeZone: 'UTC', aggregates: ['mean'] }; // prettier-ignore
    expect(await remote.aggregate(query)).toEqual([
      { group: 'g', time: 1, metric: 'm', values: { mean: NaN, max: -0.1 } },
    ]);
    expect(asked).toEqual(query);
    const page = await remote.deadLetters({ departments: null, limit: 1 });
    expect(page.deadLetters[0]).toEqual({ ...letter, payload: Buffer.from(letter.payload) });
    expect(await remote.ping()).toBeUndefined();
  });

  it.each(['bad-request', 'store-unavailable', 'query-too-large'] as const)(
    'keeps the code %s of an error',
    async (code) => {
      await serve({
        history: () =>
          Promise.reject(new LamplighterError(code, 'Said why.', { retryable: code === 'store-unavailable' })),
      });
      const failed = await remote.history({} as HistoryQuery).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(LamplighterError);
      expect(failed).toMatchObject({ code, message: 'Said why.', retryable: code === 'store-unavailable' });
    },
  );

  it('carries an answer of tens of megabytes, and others beside it', async () => {
    const latest = Array.from({ length: 50_000 }, (_, i): LatestReading => {
      const values = Object.fromEntries(
        Array.from({ length: 20 }, (_, m) => [`metric${m}`, { time: i, value: m / 10 }]),
      );
      return {
        device: `device-${i}`,
        time: i,
        receivedAt: i + 1,
        values: i % 2 === 0 ? values : { metric3: { time: i, value: i } },
      };
    });
    await serve({ latest: async () => latest, statistics: async () => ({ rows: { a: 1 }, bytes: null }) });
    const [answer, ...others] = await Promise.all([
      remote.latest({ kind: 'k', devices: null }),
      ...Array.from({ length: 20 }, () => remote.statistics()),
    ]);
    expect(others).toEqual(others.map(() => ({ rows: { a: 1 }, bytes: null })));
    expect(answer).toHaveLength(latest.length);
    expect(answer[1]).toEqual(latest[1]);
    expect(answer.at(-2)).toEqual(latest.at(-2));
  });

  it('fails after its patience while the server is down, and works again when it is back', async () => {
    await remote.close();
    remote = await RemoteTelemetryQueries.connect(socket, { patienceMs: 400, timeoutMs: PATIENCE_MS });
    // On a host that stands still its patience may end before the first call could be answered.
    const works = (): Promise<unknown> =>
      until('a call to be answered', () =>
        remote.ping().then(
          () => true,
          () => false,
        ),
      );
    const started = performance.now();
    await expect(remote.ping()).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    expect(performance.now() - started).toBeGreaterThanOrEqual(400);
    await serve({ ping: async () => undefined });
    await works();
    await served!.close();
    await expect(remote.ping()).rejects.toMatchObject({ code: 'store-unavailable' });
    await serve({ ping: async () => undefined });
    await works();
  });

  it('asks again when the server is restarted while a call is under way', async () => {
    let calls = 0;
    const first = await serve({
      ping: () => {
        calls++;
        return new Promise(() => undefined);
      },
    });
    const answer = remote.ping();
    await until('the call to be under way', () => calls > 0);
    await first.close();
    await serve({ ping: async () => undefined });
    await expect(answer).resolves.toBeUndefined();
  });

  it('gives up on a server that accepts calls and does not answer', async () => {
    await remote.close();
    remote = await RemoteTelemetryQueries.connect(socket, { patienceMs: 100, timeoutMs: 300 });
    await serve({ ping: () => new Promise(() => undefined) });
    await expect(remote.ping()).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
  });

  it('lets nobody else use the socket, and replaces one that was left behind', async () => {
    await serve({ ping: async () => undefined });
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    await expect(serveTelemetryQueries({} as TelemetryQueries, socket)).rejects.toMatchObject({
      code: 'data-directory-in-use',
    });
    await served!.close();
    expect(existsSync(socket)).toBe(false);
    writeFileSync(socket, '');
    await serve({ ping: async () => undefined });
    await expect(remote.ping()).resolves.toBeUndefined();
  });

  it('survives a client that sends nonsense', async () => {
    await serve({ ping: async () => undefined });
    for (const nonsense of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from([0, 0, 0, 1, 0xff]),
      Buffer.from([0, 0, 0, 2, 0xa1, 0x61]),
    ]) {
      const client = createConnection(socket);
      client.on('error', () => undefined);
      await new Promise<void>((resolve) => client.write(nonsense, () => resolve()));
      await pause(50);
      client.destroy();
    }
    await expect(remote.ping()).resolves.toBeUndefined();
  });
});

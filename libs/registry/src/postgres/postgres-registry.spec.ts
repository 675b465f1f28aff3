import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Kysely, sql } from 'kysely';
import pg from 'pg';
import { until } from '#core/testing';
import { CuttableProxy } from '../../../../tests/servers/cuttable-proxy.js';
import { describeWithPostgres } from '../../../../tests/servers/postgres.server.js';
import type { Registry } from '../registry.js';
import { registryContract } from '../registry.contract.js';
import { openPostgresRegistry } from './index.js';
import { postgresRegistryDialect } from './postgres-dialect.js';

describeWithPostgres('PostgreSQL registry', (server) => {
  const reset = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: server().url });
    await client.connect();
    await client.query('drop schema public cascade; create schema public');
    await client.end();
  };

  registryContract({ open: (options) => openPostgresRegistry({ ...options, url: server().url }), reset });

  it('may be opened by several at the same moment, the first time too', async () => {
    await reset();
    const opened = await Promise.all(Array.from({ length: 6 }, () => openPostgresRegistry({ url: server().url })));
    await Promise.all(opened.map((registry) => registry.ping()));
    for (const registry of opened) await registry.close();
  });

  it('says that it is unavailable, and that trying again may help, when the server does not answer', async () => {
    const act = openPostgresRegistry({ url: 'postgres://nobody:nothing@127.0.0.1:1/none' });
    await expect(act).rejects.toMatchObject({ code: 'registry-unavailable', retryable: true });
  });

  it('goes on after the server has ended its connections', async () => {
    await reset();
    const registry = await openPostgresRegistry({ url: server().url });
    const client = new pg.Client({ connectionString: server().url });
    await client.connect();
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      'lamplighter',
    ]);
    await client.end();
    // The pool learns of each ended connection when the socket says so, or when a statement meets it; it has five at most.
    const failures: unknown[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      const failure: unknown = await registry.ping().then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) break;
      failures.push(failure);
    }
    expect(failures.length).toBeLessThan(6);
    for (const failure of failures) expect(failure).toMatchObject({ code: 'registry-unavailable', retryable: true });
    await registry.ping();
    await registry.close();
  });

  it('lives on when a connection breaks in the middle of a statement', async () => {
    await reset();
    const url = new URL(server().url);
    const proxy = new CuttableProxy(Number(url.port), url.hostname);
    await proxy.listen();
    url.host = `127.0.0.1:${proxy.port}`;
    const registry = await openPostgresRegistry({ url: url.href });
    const other = new pg.Client({ connectionString: server().url });
    await other.connect();
    await other.query('begin; lock table devices in access exclusive mode');

    const act = registry.devices.get('LP-1');
    await until('the statement to wait for the table', async () => {
      const { rowCount } = await other.query(
        `select from pg_stat_activity where application_name = 'lamplighter' and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    proxy.cut();

    await expect(act).rejects.toMatchObject({ code: 'registry-unavailable', retryable: true });
    await other.query('rollback');
    expect(await registry.devices.get('LP-1')).toBeNull();
    await other.end();
    await registry.close();
    await proxy.close();
  });

  it('gives a connection up that was lost without a word, and says so', async () => {
    await reset();
    const url = new URL(server().url);
    const proxy = new CuttableProxy(Number(url.port), url.hostname);
    await proxy.listen();
    url.host = `127.0.0.1:${proxy.port}`;
    const patience = { answerMs: 30_000 };
    const registry = await openPostgresRegistry({ url: url.href, patience });
    const connections = proxy.connectedAt.length;

    proxy.holdClients();
    // From here on nothing can be answered, however long one waits.
    patience.answerMs = 20;
    const write = registry.departments.put({ id: 'hyd', titles: { en: 'H', 'zh-Hant': 'H', 'zh-Hans': 'H' } });
    await expect(write).rejects.toMatchObject({
      code: 'registry-unavailable',
      retryable: true,
      message: 'The registry failed: PostgreSQL did not answer within 0.02 s',
    });
    patience.answerMs = 30_000;
    // It is not lent to the next who asks.
    const next = registry.ping().catch(() => undefined);
    await until('a new connection', () => proxy.connectedAt.length > connections);
    proxy.cut();
    await next;
    await until('the registry to answer again', () =>
      registry.ping().then(
        () => true,
        () => false,
      ),
    );
    await registry.close();
    await proxy.close();
  });

  it('lets no client that was lost in a transaction keep its locks for long', async () => {
    const db = new Kysely<unknown>({ dialect: postgresRegistryDialect(server().url).kysely });
    const { rows } = await sql`show idle_in_transaction_session_timeout`.execute(db);
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '30s' }]);
    await db.destroy();
  });

  describe('of two who change the same row at the same time, neither takes back what the other has written', () => {
    let registry: Registry;
    let other: pg.Client;
    beforeEach(async () => {
      await reset();
      registry = await openPostgresRegistry({ url: server().url });
      other = new pg.Client({ connectionString: server().url });
      await other.connect();
    });
    afterEach(async () => {
      await other.end();
      await registry.close();
    });

    /** The first change is under way when the second begins, and ends when the second waits for it. */
    const together = async <T>(first: string, second: () => Promise<T>): Promise<T> => {
      await other.query(`begin; ${first}`);
      const changed = second();
      await until('the second to wait for the first', async () => {
        const { rowCount } = await other.query(
          `select from pg_stat_activity where application_name = 'lamplighter' and wait_event_type = 'Lock'`,
        );
        return rowCount === 1;
      });
      await other.query('commit');
      return changed;
    };

    it('a device that is isolated stays so when somebody renames it', async () => {
      const device = { id: 'LP-1', kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.2 };
      await registry.devices.create([device]);
      const renamed = await together(`update devices set enabled = 0 where id = 'LP-1'`, () =>
        registry.devices.update('LP-1', { name: 'Nathan Road' }),
      );
      expect(renamed).toMatchObject({ enabled: false, name: 'Nathan Road' });
      expect(await registry.devices.get('LP-1')).toMatchObject({ enabled: false, name: 'Nathan Road' });
    });

    it('a sighting that is adopted stays so when it is seen once more', async () => {
      const seen = { id: 'n', source: 's', topic: 't', application: null, name: null, profile: null };
      const record = (at: number): Promise<void> =>
        registry.sightings.record([{ ...seen, firstSeen: at, lastSeen: at, messages: 1, logins: 0 }]);
      await record(1);
      await together(`update sightings set adopted_at = 2 where id = 'n'`, () => record(3));
      expect(await registry.sightings.get('n')).toMatchObject({ adoptedAt: 2, messages: 2 });
    });
  });
});

import { expect, it } from '@jest/globals';
import { Kysely, sql } from 'kysely';
import pg from 'pg';
import { until } from '#core/testing';
import { CuttableProxy } from '../../../../tests/servers/cuttable-proxy.js';
import { describeWithPostgres } from '../../../../tests/servers/postgres.server.js';
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
});

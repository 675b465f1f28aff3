import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { describeWithServer, findServer } from './server-suite.js';

export interface PostgresServer {
  /** Connection string of a database that is empty at the start of the suite and dropped at its end. */
  readonly url: string;
}

const START_TIMEOUT_MS = 120_000;
const IMAGE = process.env['LAMPLIGHTER_TEST_POSTGRES_IMAGE'] ?? 'postgres:17';
const HOW_TO_RUN =
  'needs Docker, or LAMPLIGHTER_REGISTRY=postgres://user:password@host:5432/postgres of a role that may create databases';

const named = process.env['LAMPLIGHTER_REGISTRY'];
const access = await findServer(named?.startsWith('postgres') === true ? named : undefined, IMAGE);

/** A suite against a real PostgreSQL, in a database of its own. Call `server()` inside hooks and tests only. */
export function describeWithPostgres(name: string, body: (server: () => PostgresServer) => void): void {
  describeWithServer(access, name, HOW_TO_RUN, () => {
    const database = `lamplighter_test_${randomBytes(6).toString('hex')}`;
    let container: StartedTestContainer | undefined;
    let adminUrl = '';
    let server: PostgresServer | undefined;

    beforeAll(async () => {
      if (access.from === 'container') {
        container = await startPostgres(access.image);
        adminUrl = `postgres://postgres:lamplighter@${container.getHost()}:${container.getMappedPort(5432)}/postgres`;
      } else if (access.from === 'environment') {
        adminUrl = access.url;
      }
      await runWhenReady(adminUrl, `CREATE DATABASE ${database}`);
      const url = new URL(adminUrl);
      url.pathname = `/${database}`;
      server = { url: url.href };
    }, START_TIMEOUT_MS);

    afterAll(async () => {
      if (container !== undefined) await container.stop();
      else if (server !== undefined) await runWhenReady(adminUrl, `DROP DATABASE ${database} WITH (FORCE)`);
    }, START_TIMEOUT_MS);

    body(() => {
      if (server === undefined) throw new Error('server() was called before the suite started');
      return server;
    });
  });
}

function startPostgres(image: string): Promise<StartedTestContainer> {
  return new GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: 'lamplighter' })
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
}

/** The official image is "ready" a first time while it initialises, without listening on TCP: only a connection proves it. */
async function runWhenReady(url: string, statement: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined); // A server that is restarting also ends connections; the query below reports it.
    try {
      await client.connect();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(100);
      continue;
    }
    try {
      await client.query(statement);
      return;
    } finally {
      await client.end();
    }
  }
}

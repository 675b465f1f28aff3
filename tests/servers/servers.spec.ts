import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { describeWithInflux } from './influx.server.js';
import { describeWithPostgres } from './postgres.server.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the fixture suite where no server can be found; answers exit code and output. */
function runWithoutServers(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const { INFLUX_URL: _1, LAMPLIGHTER_REGISTRY: _2, CI: _3, ...rest } = process.env;
  const argv = [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    '--ci',
    '--testMatch',
    '**/tests/servers/fixtures/needs-both.ts',
  ];
  const child = spawn(process.execPath, argv, {
    cwd: ROOT,
    env: { ...rest, DOCKER_HOST: 'tcp://127.0.0.1:9', TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1', ...environment },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

describe('suites that need a server', () => {
  it('are skipped with one line each that says how to run them', async () => {
    const { code, output } = await runWithoutServers({});
    expect(code).toBe(0);
    expect(output.match(/^skipped needs PostgreSQL: needs Docker, or LAMPLIGHTER_REGISTRY=.*$/gm)).toHaveLength(1);
    expect(output.match(/^skipped needs InfluxDB: needs Docker, or INFLUX_URL .*$/gm)).toHaveLength(1);
    expect(output).toContain('2 skipped');
  }, 300_000);

  it('fail when CI=true', async () => {
    const { code, output } = await runWithoutServers({ CI: 'true' });
    expect(code).toBe(1);
    expect(output).toContain('2 failed');
    expect(output).not.toContain('skipped,');
  }, 300_000);
});

describeWithPostgres('a PostgreSQL of the suite', (server) => {
  it('is an empty database of its own', async () => {
    const client = new pg.Client({ connectionString: server().url });
    await client.connect();
    const tables = await client.query(
      "SELECT count(*)::int AS n FROM information_schema.tables WHERE table_schema = 'public'",
    );
    await client.end();
    expect(tables.rows).toEqual([{ n: 0 }]);
  });
});

describeWithInflux('an InfluxDB of the suite', (server) => {
  it('takes a write to a bucket of its own', async () => {
    const { url, token, org, createBucket } = server();
    const query = new URLSearchParams({ org, bucket: await createBucket() });
    const response = await fetch(`${url}/api/v2/write?${query.toString()}`, {
      method: 'POST',
      headers: { authorization: `Token ${token}` },
      body: 'm f=1',
    });
    expect(response.status).toBe(204);
  });
});

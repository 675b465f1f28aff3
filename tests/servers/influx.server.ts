import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from '@jest/globals';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { describeWithServer, findServer } from './server-suite.js';

/** A real InfluxDB 2.x server of the suite, and a way to empty buckets in it. */
export interface InfluxServer {
  readonly url: string;
  /** May create buckets of the organisation. */
  readonly token: string;
  readonly org: string;
  /** Makes an empty bucket with no retention limit; it is deleted at the end of the suite. */
  createBucket(): Promise<string>;
}

const START_TIMEOUT_MS = 120_000;
const IMAGE = process.env['LAMPLIGHTER_TEST_INFLUX_IMAGE'] ?? 'influxdb:2.7';
const HOW_TO_RUN = 'needs Docker, or INFLUX_URL with INFLUX_ORG and an INFLUX_TOKEN that may create buckets';

const access = await findServer(process.env['INFLUX_URL'], IMAGE);

/** A suite against a real InfluxDB. Call `server()` inside hooks and tests only. */
export function describeWithInflux(name: string, body: (server: () => InfluxServer) => void): void {
  describeWithServer(access, name, HOW_TO_RUN, () => {
    const bucketIds: string[] = [];
    let container: StartedTestContainer | undefined;
    let server: InfluxServer | undefined;

    beforeAll(async () => {
      if (access.from === 'container') {
        container = await startInflux(access.image);
        const url = `http://${container.getHost()}:${container.getMappedPort(8086)}`;
        server = await connect(url, await initialise(url), 'lamplighter', bucketIds);
      } else if (access.from === 'environment') {
        const { INFLUX_TOKEN = '', INFLUX_ORG = 'lamplighter' } = process.env;
        server = await connect(access.url.replace(/\/$/, ''), INFLUX_TOKEN, INFLUX_ORG, bucketIds);
      }
    }, START_TIMEOUT_MS);

    afterAll(async () => {
      if (container !== undefined) {
        await container.stop();
      } else if (server !== undefined) {
        for (const id of bucketIds) await call(server, 'DELETE', `/api/v2/buckets/${id}`);
      }
    }, START_TIMEOUT_MS);

    body(() => {
      if (server === undefined) throw new Error('server() was called before the suite started');
      return server;
    });
  });
}

function startInflux(image: string): Promise<StartedTestContainer> {
  return new GenericContainer(image)
    .withEnvironment({ INFLUXD_REPORTING_DISABLED: 'true' })
    .withExposedPorts(8086)
    .withWaitStrategy(Wait.forHttp('/health', 8086).forStatusCode(200))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
}

/** First set-up of a new server: makes the organisation and answers its operator token. */
async function initialise(url: string): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  const body = {
    username: 'lamplighter',
    password: randomBytes(12).toString('hex'),
    org: 'lamplighter',
    bucket: 'setup',
    token,
  };
  await call({ url, token: '' }, 'POST', '/api/v2/setup', body);
  return token;
}

async function connect(url: string, token: string, org: string, bucketIds: string[]): Promise<InfluxServer> {
  const found = (await call({ url, token }, 'GET', `/api/v2/orgs?org=${encodeURIComponent(org)}`)) as {
    orgs: { id: string }[];
  };
  const orgID = found.orgs[0]?.id;
  return {
    url,
    token,
    org,
    async createBucket() {
      const name = `test-${randomBytes(6).toString('hex')}`;
      const bucket = (await call({ url, token }, 'POST', '/api/v2/buckets', { orgID, name, retentionRules: [] })) as {
        id: string;
      };
      bucketIds.push(bucket.id);
      return name;
    },
  };
}

async function call(
  server: { url: string; token: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (server.token !== '') headers['authorization'] = `Token ${server.token}`;
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(server.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    // A server that has just come up answers 503 for a moment.
    if (response.status < 500 || attempt === 20) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    await sleep(250);
  }
}

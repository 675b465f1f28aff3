import { type Role, ROLES } from '#registry';
import { startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';

/** The least role that may use a route. A route that is not here fails the first test: whoever adds one says who may. */
const RIGHTS: Readonly<Record<Role, readonly string[]>> = {
  viewer: [
    'get /v1/alarms',
    'get /v1/alarms/stream',
    'get /v1/alarms/{id}',
    'get /v1/dead-letters',
    'get /v1/dead-letters/groups',
    'get /v1/dead-letters/replays',
    'get /v1/dead-letters/replays/{id}',
    'get /v1/dead-letters/replays/{id}/stream',
    'get /v1/dead-letters/{id}',
    'get /v1/departments',
    'get /v1/device-types',
    'get /v1/device-types/{id}',
    'get /v1/devices',
    'get /v1/devices/{id}',
    'get /v1/devices/{id}/downlinks',
    'get /v1/devices/{id}/latest',
    'get /v1/devices/{id}/quality',
    'get /v1/devices/{id}/quota',
    'get /v1/devices/{id}/readings',
    'get /v1/devices/{id}/state',
    'get /v1/districts',
    'get /v1/gateways',
    'get /v1/groups',
    'get /v1/groups/{id}',
    'get /v1/groups/{id}/readings',
    'get /v1/kinds',
    'get /v1/kinds/{name}',
    'get /v1/kinds/{name}/template',
    'get /v1/latest',
    'get /v1/ledger',
    'get /v1/quality',
    'get /v1/readings',
    'get /v1/rules',
    'get /v1/rules/{id}',
    'get /v1/session',
    'get /v1/stream',
    'get /v1/templates',
    'get /v1/templates/{id}',
    'delete /v1/session',
  ],
  operator: [
    'post /v1/alarms/{id}/acknowledge',
    'post /v1/alarms/{id}/comment',
    'post /v1/claims/redeem',
    'post /v1/devices/{id}/downlinks',
  ],
  engineer: [
    'delete /v1/claims/{id}',
    'delete /v1/dead-letters/replays/{id}',
    'delete /v1/device-types/{id}',
    'delete /v1/devices/{id}',
    'delete /v1/network-servers/{id}',
    'delete /v1/network-servers/{id}/key',
    'delete /v1/rules/{id}',
    'delete /v1/templates/{id}',
    'get /v1/claims',
    'get /v1/claims/{id}',
    'get /v1/imports/{id}',
    'get /v1/imports/{id}/keys',
    'get /v1/imports/{id}/stream',
    'get /v1/network-servers',
    'get /v1/network-servers/{id}',
    'get /v1/sightings',
    'patch /v1/devices/{id}',
    'patch /v1/network-servers/{id}',
    'post /v1/claims',
    'post /v1/claims/import',
    'post /v1/dead-letters/replay',
    'post /v1/dead-letters/replays/{id}/retry',
    'post /v1/device-types',
    // Both cost processor time: they run a script as often as they are asked to.
    'post /v1/device-types/{id}/examples/run',
    'post /v1/device-types/{id}/test',
    'post /v1/devices',
    'post /v1/devices/import',
    'post /v1/devices/{id}/isolate',
    'post /v1/devices/{id}/release',
    'post /v1/devices/{id}/revoke-key',
    'post /v1/devices/{id}/rotate-key',
    'post /v1/network-servers',
    'post /v1/network-servers/{id}/rotate-key',
    'post /v1/rules',
    'post /v1/sightings/{id}/adopt',
    'post /v1/sightings/{id}/ignore',
    'post /v1/templates',
    'put /v1/device-types/{id}',
    'put /v1/rules/{id}',
    'put /v1/templates/{id}',
  ],
  admin: [
    'delete /v1/api-keys/{id}',
    'get /v1/accounts/{username}',
    'get /v1/api-keys',
    'get /v1/audit',
    'post /v1/api-keys',
    'put /v1/accounts/{username}',
  ],
};
/** Without credentials: for everybody, or with a key of a device or a network server, which the route checks itself. */
const PUBLIC: readonly string[] = [
  'get /asyncapi.json',
  'get /docs',
  'get /docs/errors',
  'get /health/live',
  'get /health/ready',
  'get /metrics',
  'get /openapi.json',
  'get /privacy-register',
  'get /v1/privacy-register',
  'post /v1/network/chirpstack/{server}',
  'post /v1/network/things-stack/{server}',
  'post /v1/session',
  'post /v1/telemetry',
  'post /v1/uplinks',
];
const NEEDING_A_CALLER = ROLES.flatMap((role) => RIGHTS[role].map((route) => [route, role] as const));

describe('T34 who may use a route', () => {
  let api: Harness;
  const keys = new Map<Role, string>();

  beforeAll(async () => {
    api = await startApi();
    for (const role of ROLES) keys.set(role, await keyFor(api, role, null));
  });
  afterAll(() => api.close());

  const ask = async (route: string, as: string): Promise<number> => {
    const [method, path] = route.split(' ') as [string, string];
    return (await api.ask(method.toUpperCase(), path.replace(/\{\w+\}/g, 'nothing'), { as })).status;
  };

  it('is written here for every route of the document', async () => {
    const { paths } = (await api.ask('GET', '/openapi.json', { as: '' })).body as {
      paths: Record<string, Record<string, object>>;
    };
    const routes = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`)); // prettier-ignore
    expect([...NEEDING_A_CALLER.map(([route]) => route), ...PUBLIC].sort()).toEqual(routes.sort());
  });

  it.each(NEEDING_A_CALLER)('%s: nobody without credentials', async (route) => {
    expect(await ask(route, '')).toBe(401);
  });

  it.each(NEEDING_A_CALLER.filter(([, role]) => role !== 'viewer'))('%s: no less than %s', async (route, role) => {
    const less = ROLES[ROLES.indexOf(role) - 1]!;
    expect(await ask(route, keys.get(less)!)).toBe(403);
    // Whatever else may be wrong with a request for nothing, it is not the role.
    expect(await ask(route, keys.get(role)!)).not.toBe(403);
  });
});

import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';

const SCRIPT = `function decodeUplink(input) {
  console.log('frame of', input.bytes.length);
  return { data: { air: { t: input.bytes[0] }, battery: input.bytes[1] } };
}`;

const acme = (change: object = {}, definition: object = {}) => ({
  definition: {
    id: 'acme-th-1',
    vendor: 'Acme',
    model: 'TH',
    version: '1',
    kind: 'lpwan-node',
    fields: { temperature: { source: '/air/t', unit: '[degF]' }, battery: '/battery' },
    ...definition,
  },
  script: SCRIPT,
  examples: [
    {
      description: 'warm',
      input: { fPort: 1, bytes: '4D5F' },
      output: { data: { air: { t: 77 }, battery: 95 } },
      reading: { temperature: 25, battery: 95 },
    },
  ],
  ...change,
});

const WRONG = [
  { input: { bytes: '4D5F' }, output: { data: { air: { t: 76 }, battery: 95 } }, reading: { battery: 1 } },
];

describe('device types', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());
  afterEach(async () => {
    for (const id of ['N1', 'N2']) await api.registry.devices.remove(id);
    await api.registry.deviceTypes.remove('acme-th-1');
  });

  const node = (id: string, change: object = {}) => ({ ...lamppost(id), kind: 'lpwan-node', ...change });

  it('lists those of the release', async () => {
    const { status, body } = await api.ask('GET', '/v1/device-types');
    expect(status).toBe(200);
    expect(body.deviceTypes).toContainEqual(
      expect.objectContaining({
        id: 'generic-lpp-environment',
        kind: 'lpwan-node',
        builtIn: true,
        decodesRaw: true,
        faults: [],
      }),
    );
  });

  it('adds one whose examples pass, shows it, and writes it down', async () => {
    const created = await api.ask('POST', '/v1/device-types', { body: acme() });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ id: 'acme-th-1', saved: true, passed: 1, failed: 0 });
    const read = await api.ask('GET', '/v1/device-types/acme-th-1');
    expect(read.body).toMatchObject({ vendor: 'Acme', builtIn: false, script: SCRIPT, examples: acme().examples });
    const [entry] = await api.registry.audit.list({ subject: 'acme-th-1', limit: 1 });
    expect(entry).toMatchObject({ actor: 'admin', action: 'device-type-created', detail: { kind: 'lpwan-node' } });
    expect((await api.ask('POST', '/v1/device-types', { body: acme() })).status).toBe(409);
  });

  it('keeps nothing after a dry run, and shows the differences', async () => {
    const { status, body } = await api.ask('POST', '/v1/device-types?dryRun=true', { body: acme({ examples: WRONG }) });
    expect(status).toBe(200);
    expect(body).toMatchObject({ saved: false, passed: 0, failed: 1 });
    expect(body.examples[0]).toMatchObject({
      passed: false,
      logs: ['frame of 2'],
      differences: [
        { path: '/data/air/t', expected: '76', actual: '77' },
        { path: '/reading/battery', expected: '1', actual: '95' },
        { path: '/reading/temperature', actual: '25' },
      ],
    });
    expect(await api.registry.deviceTypes.get('acme-th-1')).toBeNull();
  });

  it('refuses one whose examples fail, unless it is forced', async () => {
    const refused = await api.ask('POST', '/v1/device-types', { body: acme({ examples: WRONG }) });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: 'examples-failed', detail: '1 of 1 examples fail.' });
    expect(refused.body.errors[0]).toEqual({ pointer: '/examples/0', detail: '/data/air/t: expected 76, got 77' });
    const forced = await api.ask('POST', '/v1/device-types?force=true', { body: acme({ examples: WRONG }) });
    expect(forced.status).toBe(201);
  });

  it('names everything that is wrong with a definition', async () => {
    const body = acme({ examples: [5] }, { kind: 'lpwan-nod', fields: { t: { source: 't', unit: 'degC' } } });
    const answer = await api.ask('POST', '/v1/device-types', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { pointer: '/definition/kind', detail: "there is no kind 'lpwan-nod'; did you mean 'lpwan-node'?" },
      { pointer: '/examples/0', detail: 'An example must be an object.' },
    ]);
  });

  it('replaces one; the id and the kind of its devices stay', async () => {
    await api.ask('POST', '/v1/device-types', { body: acme() });
    const replaced = await api.ask('PUT', '/v1/device-types/acme-th-1', { body: acme({}, { version: '2' }) });
    expect(replaced).toMatchObject({ status: 200, body: { saved: true } });
    expect((await api.ask('PUT', '/v1/device-types/acme-th-1', { body: acme({}, { id: 'other' }) })).status).toBe(400);
    expect((await api.ask('PUT', '/v1/device-types/nobody', { body: acme({}, { id: 'nobody' }) })).status).toBe(404);
    await api.ask('POST', '/v1/devices', { body: node('N1', { deviceType: 'acme-th-1' }) });
    const moved = acme({ examples: [] }, { kind: 'litter-bin', fields: { battery: '/battery' } });
    expect((await api.ask('PUT', '/v1/device-types/acme-th-1', { body: moved })).status).toBe(409);
  });

  it('does not remove one that devices are of, nor one of the release', async () => {
    await api.ask('POST', '/v1/device-types', { body: acme() });
    await api.ask('POST', '/v1/devices', { body: node('N1', { deviceType: 'acme-th-1' }) });
    expect(await api.ask('DELETE', '/v1/device-types/acme-th-1')).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    await api.ask('DELETE', '/v1/devices/N1');
    expect((await api.ask('DELETE', '/v1/device-types/acme-th-1')).status).toBe(204);
    expect((await api.ask('DELETE', '/v1/device-types/acme-th-1')).status).toBe(404);
    expect((await api.ask('DELETE', '/v1/device-types/generic-lpp-environment')).status).toBe(409);
  });

  it('tries a payload: decoded, mapped, validated', async () => {
    const { status, body } = await api.ask('POST', '/v1/device-types/generic-lpp-environment/test', {
      body: { hex: '01 67 01 10 02 68 FF', fPort: 1 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      decoded: { temperature: { 1: 27.2 }, humidity: { 2: 127.5 } },
      readings: [{ values: { temperature: 27.2 } }],
      rejections: [{ code: 'out-of-range', pointer: '/humidity/2' }],
    });
    const bad = await api.ask('POST', '/v1/device-types/generic-lpp-environment/test', { body: { hex: 'xyz' } });
    expect(bad).toMatchObject({ status: 400, body: { pointer: '/hex' } });
  });

  it('runs the examples of a type for engineers, whatever their department', async () => {
    const as = await keyFor(api, 'engineer', ['epd']);
    const { status, body } = await api.ask('POST', '/v1/device-types/generic-recycling-bin/examples/run', { as });
    expect(status).toBe(200);
    expect(body).toMatchObject({ passed: 2, failed: 0, examples: [{ description: 'half full and closed', passed: true }, {}] }); // prettier-ignore
    expect((await api.ask('POST', '/v1/device-types/none/examples/run')).status).toBe(404);
  });

  it('a script that never ends costs the caller an answer, and nobody else anything', async () => {
    const body = acme({ script: 'function decodeUplink() { for (;;) {} }', examples: acme().examples });
    const { status, body: result } = await api.ask('POST', '/v1/device-types?dryRun=true', { body });
    expect(status).toBe(200);
    expect(result.examples[0].differences).toContainEqual(
      expect.objectContaining({ path: '/errors', actual: '["decodeUplink does not come to an end."]' }),
    );
    expect((await api.ask('GET', '/health/live')).status).toBe(200);
  });

  it.each([
    ['nobody', "There is no device type 'nobody'; see GET /v1/device-types."],
    [
      'generic-lpp-enviroment',
      "There is no device type 'generic-lpp-enviroment'; did you mean 'generic-lpp-environment'?",
    ],
    [
      'generic-recycling-bin',
      "The device type 'generic-recycling-bin' is of kind 'recycling-bin', the device of 'lpwan-node'.",
    ],
  ])('no device may be of the type %s', async (deviceType, detail) => {
    const created = await api.ask('POST', '/v1/devices', { body: [node('N1'), node('N2', { deviceType })] });
    expect(created).toMatchObject({ status: 400, body: { errors: [{ pointer: '/1/deviceType', detail }] } });
    await api.ask('POST', '/v1/devices', { body: node('N1') });
    const changed = await api.ask('PATCH', '/v1/devices/N1', { body: { deviceType } });
    expect(changed).toMatchObject({ status: 400, body: { pointer: '/deviceType', detail } });
    const imported = await api.ask('POST', '/v1/devices/import?dryRun=true', {
      body: `id,kind,latitude,longitude,deviceType\nN3,lpwan-node,22.28,114.15,${deviceType}\n`,
      headers: { 'content-type': 'text/csv' },
    });
    expect(imported.body).toMatchObject({ valid: 0, faults: [{ row: 2, column: 'deviceType', actual: deviceType }] });
  });

  it('is changed only by engineers of the whole city', async () => {
    const key = async (role: string, departments: string[] | null) =>
      `Bearer ${(await api.ask('POST', '/v1/api-keys', { body: { name: 'k', role, departments } })).body.key}`;
    for (const as of [await key('operator', null), await key('engineer', ['hyd'])]) {
      expect((await api.ask('POST', '/v1/device-types', { as, body: acme() })).status).toBe(403);
      expect((await api.ask('GET', '/v1/device-types', { as })).status).toBe(200);
    }
    expect((await api.ask('POST', '/v1/device-types', { as: await key('engineer', null), body: acme() })).status).toBe(
      201,
    );
  });
});

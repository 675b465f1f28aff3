import { Ajv2020 } from 'ajv/dist/2020.js';
import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';

interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

/** One level of a JSON pointer in a fragment of a URI. */
const level = (text: string): string =>
  encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1')).replaceAll('%7E', '~');

describe('answers and examples', () => {
  let api: Harness;
  let document: { paths: Record<string, Record<string, Operation>> };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const faultsAt = (pointer: readonly string[], value: unknown): string[] => {
    const validate = ajv.compile({ $ref: `api#/${pointer.map(level).join('/')}` });
    return validate(value) ? [] : [`${pointer.join(' ')}: ${ajv.errorsText(validate.errors)}`];
  };

  beforeAll(async () => {
    api = await startApi();
    document = (await api.ask('GET', '/openapi.json', { as: '' })).body;
    ajv.addSchema({ $id: 'api', ...document });
    const quota = { messagesPerMinute: 60, burst: 20, bytesPerDay: null };
    for (const [path, body] of [
      ['/v1/devices', lamppost('L1')],
      ['/v1/devices', lamppost('L2', { quota, intervalMs: 5_000, devEui: '0016c001f000175a' })],
      ['/v1/devices/L2/isolate', { reason: 'a test' }],
      ['/v1/templates', { id: 't', kind: 'smart-lamppost', department: 'hyd' }],
      ['/v1/claims', { kind: 'smart-lamppost', department: 'hyd' }],
      ['/v1/network-servers', { id: 'ns', type: 'chirpstack' }],
      ['/v1/api-keys', { name: 'x', role: 'viewer' }],
      ['/v1/dead-letters/replay', { all: true }],
    ] as const)
      expect(`${path} ${(await api.ask('POST', path, { body })).status}`).toMatch(/ 20\d$/);
  });
  afterAll(() => api.close());

  it('are of the form that the document gives them, with what is null in them', async () => {
    const faults: string[] = [];
    const answered: string[] = [];
    for (const [path, { get }] of Object.entries(document.paths)) {
      if (get === undefined || /stream$|^\/(?:docs|openapi|asyncapi)/.test(path)) continue;
      const id = {
        '/v1/kinds/': 'smart-lamppost',
        '/v1/devices/': 'L2',
        '/v1/network-servers/': 'ns',
        '/v1/templates/': 't',
      };
      const [, given] = Object.entries(id).find(([prefix]) => path.startsWith(prefix)) ?? [];
      const { status, body, headers } = await api.ask('GET', path.replace(/\{\w+\}/, given ?? 'x'));
      const type = String(headers['content-type']).split(';')[0]!;
      if (!type.endsWith('json')) continue;
      if (status === 200) answered.push(path);
      faults.push(...faultsAt(['paths', path, 'get', 'responses', String(status), 'content', type, 'schema'], body));
    }
    expect(faults).toEqual([]);
    expect(answered).toEqual(
      expect.arrayContaining(['/v1/devices', '/v1/devices/{id}', '/v1/templates', '/v1/network-servers', '/v1/claims']),
    );
  });

  it('are exemplified by what their schemas take', () => {
    const faults: string[] = [];
    const walk = (node: unknown, at: readonly string[]): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('example' in node) faults.push(...faultsAt('schema' in node ? [...at, 'schema'] : at, node.example));
      for (const [key, inner] of Object.entries(node)) if (key !== 'example') walk(inner, [...at, key]);
    };
    walk(document, []);
    expect(faults).toEqual([]);
  });
});

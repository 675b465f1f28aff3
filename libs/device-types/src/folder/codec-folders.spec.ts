import { fileURLToPath } from 'node:url';
import { PATIENCE_MS } from '#core/testing';
import { checkCodec, type CodecReport } from '../examples/check-codecs.js';
import { ScriptPool } from '../sandbox/script-pool.js';
import { findCodecs } from './codec-folders.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/layouts', import.meta.url));

describe('layouts of codecs', () => {
  let pool: ScriptPool;
  let reports: Map<string, CodecReport>;
  beforeAll(async () => {
    pool = new ScriptPool({ policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } });
    reports = new Map();
    for (const codec of findCodecs(FIXTURES)) reports.set(codec.name, await checkCodec(pool, codec));
  });
  afterAll(() => pool.close());

  it('are found below the folder, whatever the layout, and nothing else is', () => {
    expect([...reports.keys()]).toEqual([
      'acme-device-type/device-type.json',
      'broken-device-type/device-type.json',
      'repository/acme/door-codec.yaml',
      'repository/acme/missing-codec.yaml',
      'repository/acme/wrong-codec.yaml',
      'ts013-package/examples.json',
    ]);
  });

  it.each([
    ['acme-device-type/device-type.json', 2],
    ['repository/acme/door-codec.yaml', 5],
    ['ts013-package/examples.json', 3],
  ])('%s passes', (name, passed) => {
    expect(reports.get(name)).toMatchObject({ passed, failed: 0, faults: [] });
  });

  it('a wrong example shows where it differs', () => {
    const { failed, results } = reports.get('repository/acme/wrong-codec.yaml')!;
    expect(failed).toBe(4);
    expect(results.map(({ differences }) => differences)).toEqual([
      [
        { path: '/data/open', expected: 'false', actual: 'true' },
        { path: '/data/colour', expected: '"red"' },
        { path: '/data/battery', actual: '3.1' },
      ],
      [
        { path: '/data', expected: '{"open":true}' },
        { path: '/errors', actual: '["unknown port 9"]' },
      ],
      [{ path: '/warnings', actual: '["battery low"]' }],
      [{ path: '/bytes/0', expected: '2', actual: '1' }],
    ]);
  });

  it('what cannot be run is a fault that says why', () => {
    expect(reports.get('repository/acme/missing-codec.yaml')).toMatchObject({
      passed: 0,
      faults: [
        "uplinkDecoder: there is no file 'nowhere.js'",
        'downlinkEncoder/examples/0: The type must be one of uplink, uplink-decode, downlink-encode, downlink-decode.',
      ],
    });
    expect(reports.get('broken-device-type/device-type.json')?.faults).toEqual([
      "/fields/temprature 'lpwan-node' has no metric 'temprature'; did you mean 'temperature'?",
    ]);
  });
});

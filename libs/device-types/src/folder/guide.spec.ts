import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATIENCE_MS } from '#core/testing';
import { checkCodec, type CodecReport } from '../examples/check-codecs.js';
import { ScriptPool } from '../sandbox/script-pool.js';
import { findCodecs } from './codec-folders.js';

const GUIDE = readFileSync(new URL('../../../../docs/guides/add-a-codec.md', import.meta.url), 'utf8');

/** Blocks of code in the steps of the list. */
const blocks = [...GUIDE.matchAll(/(?:^ {7}.*\n)+/gm)].map(([text]) => text.replaceAll(/^ {7}/gm, ''));
const blockThat = (begins: string): string => blocks.find((block) => block.startsWith(begins)) ?? '';

describe('the device type of the guide', () => {
  const parent = mkdtempSync(join(tmpdir(), 'lamplighter-guide-'));
  const pool = new ScriptPool({ policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } });
  afterAll(async () => {
    rmSync(parent, { recursive: true });
    await pool.close();
  });

  async function checkWith(examples: string): Promise<CodecReport> {
    const folder = join(parent, 'acme-th-1');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'codec.js'), blockThat('function decodeUplink'));
    writeFileSync(join(folder, 'device-type.json'), blockThat('{\n'));
    writeFileSync(join(folder, 'examples.json'), examples);
    const [codec] = findCodecs(folder);
    return checkCodec(pool, codec!);
  }

  it('reproduces the examples that are given with it, enough of them to ship with the platform', async () => {
    const report = await checkWith(blockThat('[\n'));
    expect(report).toMatchObject({ faults: [], failed: 0 });
    expect(report.passed).toBeGreaterThanOrEqual(2);
  });

  it('tells which rejection an example met that its metric does not allow', async () => {
    const report = await checkWith(blockThat('[\n').replace('0E 10', '0E 74').replace('3600', '3700'));
    expect(report.results[0]?.differences[0]).toEqual({
      path: '/reading/bat_mv',
      expected: 'no rejection',
      actual: expect.stringMatching(/battery is 113, which is outside 0 to 100 %/) as string,
    });
  });
});

import { basename } from 'node:path';
import { PATIENCE_MS } from '#core/testing';
import { checkDeviceType } from '../definition/check-definition.js';
import { readExamples } from '../examples/example.js';
import { runExamples } from '../examples/run-examples.js';
import { ScriptPool } from '../sandbox/script-pool.js';
import { builtInFolders, builtInTypes } from './built-in-types.js';
import { readDeviceTypeFolder } from './device-type-folder.js';

describe('the device types that ship with the platform', () => {
  let pool: ScriptPool;
  beforeAll(() => (pool = new ScriptPool({ policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } })));
  afterAll(() => pool.close());

  it('have ids of their own', () => {
    const ids = builtInTypes().map((type) => type.id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(builtInFolders().map((folder) => [basename(folder), folder]))(
    '%s is sound, named as its folder, and reproduces its examples',
    async (name, folder) => {
      const { source, faults } = readDeviceTypeFolder(folder);
      expect(faults).toBeUndefined();
      const checked = checkDeviceType(source!);
      expect(checked.faults).toBeUndefined();
      const type = checked.type!;
      expect(type.id).toBe(name);
      const read = readExamples(type.examples);
      expect(read.faults).toEqual([]);
      // One that shows a reading, and one more.
      expect(read.examples.length).toBeGreaterThanOrEqual(2);
      expect(read.examples.some((example) => example.readings !== undefined)).toBe(true);
      const results = await runExamples(pool, type.script!, read.examples, type);
      expect(results.filter((result) => !result.passed)).toEqual([]);
    },
  );
});

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';

/** Plants a violation of each rule of direction and sees the lint fail: a lint that has gone inert is worse than none. */
const eslint = new ESLint({
  overrideConfig: [
    {
      files: ['**/*.ts', '**/*.tsx'],
      languageOptions: { parserOptions: { project: null } },
      rules: {
        '@typescript-eslint/no-floating-promises': 'off',
        '@typescript-eslint/await-thenable': 'off',
        '@typescript-eslint/no-misused-promises': 'off',
        '@typescript-eslint/switch-exhaustiveness-check': 'off',
      },
    },
  ],
});

async function boundaryFaults(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath });
  return result!.messages.filter((m) => m.ruleId === 'boundaries/dependencies' || m.fatal).map((m) => m.message);
}

describe('the lint sees planted violations of direction', () => {
  const forbidden: [why: string, filePath: string, code: string][] = [
    [
      'core may not import kinds',
      'libs/core/src/planted.ts',
      `import { findKind } from '#kinds'; export const planted = findKind;`,
    ],
    [
      'core may not import an app by path',
      'libs/core/src/planted.ts',
      `import * as app from '../../../apps/api/src/main.js'; export const planted = app;`,
    ],
    [
      'kinds may not import a port',
      'libs/kinds/src/planted.ts',
      `import type { Journal } from '#journal'; export type Planted = Journal;`,
    ],
    [
      'a stage may not import the rules',
      'libs/codecs/src/planted.ts',
      `import * as rules from '#rules'; export const planted = rules;`,
    ],
    [
      'a port may not import its adapter',
      'libs/journal/src/planted.ts',
      `import * as lmdb from '#journal/lmdb'; export const planted = lmdb;`,
    ],
    [
      'an app may pick an adapter only in its composition root',
      'apps/ingest/src/planted.service.ts',
      `import * as duckdb from '#timeseries/duckdb'; export const planted = duckdb;`,
    ],
    [
      'an app may have an adapter picked only in its composition root',
      'apps/alerts/src/planted.service.ts',
      `import { openRegistry } from '#registry/open'; export const planted = openRegistry;`,
    ],
    [
      'a port may not import what picks its adapter',
      'libs/registry/src/planted.ts',
      `import { openRegistry } from './open/index.js'; export const planted = openRegistry;`,
    ],
    [
      'the frame of services may not import a port',
      'libs/service/src/planted.ts',
      `import type { Registry } from '#registry'; export type Planted = Registry;`,
    ],
    [
      'a port may not import the frame of services',
      'libs/registry/src/planted.ts',
      `import { runService } from '#service'; export const planted = runService;`,
    ],
    [
      'simulators may not see the registry',
      'simulators/src/planted.ts',
      `import type { Registry } from '#registry'; export type Planted = Registry;`,
    ],
    [
      'lmdb belongs to its adapter',
      'apps/api/src/planted.ts',
      `import { open } from 'lmdb'; export const planted = open;`,
    ],
    [
      'duckdb belongs to its adapter',
      'libs/timeseries/src/planted.ts',
      `import { DuckDBInstance } from '@duckdb/node-api'; export const planted = DuckDBInstance;`,
    ],
    [
      'the InfluxDB client belongs to its adapter',
      'apps/ingest/src/planted.ts',
      `import { InfluxDB } from '@influxdata/influxdb-client'; export const planted = InfluxDB;`,
    ],
    ['pg belongs to its adapter', 'libs/registry/src/planted.ts', `import pg from 'pg'; export const planted = pg;`],
    [
      'aedes belongs to the broker',
      'apps/api/src/planted.ts',
      `import { Aedes } from 'aedes'; export const planted = Aedes;`,
    ],
  ];

  it.each(forbidden)('%s', async (_why, filePath, code) => {
    expect(await boundaryFaults(filePath, code)).not.toEqual([]);
  });

  const allowed: [why: string, filePath: string, code: string][] = [
    [
      'kinds may import core',
      'libs/kinds/src/planted.ts',
      `import type { Reading } from '#core'; export type Planted = Reading;`,
    ],
    [
      'a composition root may pick an adapter',
      'apps/ingest/src/main.ts',
      `import * as duckdb from '#timeseries/duckdb'; export const planted = duckdb;`,
    ],
    [
      'a composition root may have an adapter picked by the settings',
      'apps/alerts/src/open-adapters.ts',
      `import { openRegistry } from '#registry/open'; export const planted = openRegistry;`,
    ],
    [
      'the adapter may import its driver',
      'libs/journal/src/lmdb/planted.ts',
      `import { open } from 'lmdb'; export const planted = open;`,
    ],
    [
      'an app may import a port',
      'apps/ingest/src/planted.ts',
      `import type { Journal } from '#journal'; export type Planted = Journal;`,
    ],
    [
      'an app may import the frame of services',
      'apps/ingest/src/planted.ts',
      `import { runService } from '#service'; export const planted = runService;`,
    ],
  ];

  it.each(allowed)('and lets pass: %s', async (_why, filePath, code) => {
    expect(await boundaryFaults(filePath, code)).toEqual([]);
  });
});

/**
 * In a house of a few files with the rules and the names of the real one: a file that is planted in the real one makes what is
 * built out of date, and the suites that start the platform would build it anew beside each other.
 */
describe('dependency-cruiser sees planted violations', () => {
  const ROOT = process.cwd();
  let house: string;
  beforeAll(() => {
    house = mkdtempSync(join(tmpdir(), 'lamplighter-house-'));
    for (const file of ['package.json', 'tsconfig.json', 'tsconfig.base.json', '.dependency-cruiser.cjs'])
      copyFileSync(join(ROOT, file), join(house, file));
    plant('libs/registry/src/index.ts', `export interface Registry {\n  readonly name: string;\n}\n`);
    plant('libs/core/src/index.ts', 'export const core = 1;\n');
    plant('libs/core/src/testing/index.ts', 'export const until = 1;\n');
  });
  afterAll(() => rmSync(house, { recursive: true }));

  function plant(file: string, code: string): void {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), code);
  }
  const cruise = (...paths: string[]): { status: number | null; stdout: string } =>
    spawnSync(process.execPath, [join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), ...paths], {
      cwd: house,
      encoding: 'utf8',
    });

  it('and nothing where there is nothing', () => {
    plant('simulators/sound.ts', `import { core } from '#core';\nexport const sound = core;\n`);
    plant('simulators/sound.spec.ts', `import { until } from '#core/testing';\nexport const sound = until;\n`);
    const run = cruise('simulators/sound.ts', 'simulators/sound.spec.ts');
    expect(run.stdout).toContain('no dependency violations found');
    expect(run.status).toBe(0);
  });

  it.each([
    [
      'a cycle',
      'no-circular',
      {
        'tests/planted/a.ts': `import { b } from './b.js';\nexport const a = (): unknown => b;\n`,
        'tests/planted/b.ts': `import { a } from './a.js';\nexport const b = (): unknown => a;\n`,
      },
    ],
    [
      'a simulator that looks into the registry',
      'simulators-cannot-cheat',
      { 'simulators/planted.ts': `import type { Registry } from '#registry';\nexport type Planted = Registry;\n` },
    ],
    [
      'a product that waits as tests do',
      'not-to-tests',
      { 'apps/api/src/planted.ts': `import { until } from '#core/testing';\nexport const planted = until;\n` },
    ],
  ] as [string, string, Record<string, string>][])('reports %s', (_what, rule, files) => {
    for (const [file, code] of Object.entries(files)) plant(file, code);
    const run = cruise(...Object.keys(files));
    expect(run.status).not.toBe(0);
    expect(run.stdout).toContain(rule);
  });
});

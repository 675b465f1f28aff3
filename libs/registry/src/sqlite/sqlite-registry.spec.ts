import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registryContract } from '../registry.contract.js';
import { openSqliteRegistry } from './index.js';

const directory = mkdtempSync(join(tmpdir(), 'lamplighter-registry-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('SQLite registry', () => {
  let number = 0;
  const path = (): string => join(directory, `${number}`, 'registry.sqlite');

  registryContract({
    open: (options) => openSqliteRegistry({ ...options, path: path() }),
    reset: () => {
      number += 1;
      return Promise.resolve();
    },
  });

  it('may be opened by several at the same moment, the first time too', async () => {
    number += 1;
    const opened = await Promise.all(Array.from({ length: 6 }, () => openSqliteRegistry({ path: path() })));
    await Promise.all(opened.map((registry) => registry.ping()));
    for (const registry of opened) await registry.close();
  });

  it('says that it is unavailable, and that trying again may help, when the file cannot be opened', async () => {
    const act = openSqliteRegistry({ path: directory });
    await expect(act).rejects.toMatchObject({ code: 'registry-unavailable', retryable: true });
  });

  it('says so too when it was closed', async () => {
    number += 1;
    const registry = await openSqliteRegistry({ path: path() });
    await registry.close();
    await expect(registry.devices.get('x')).rejects.toThrow();
  });
});

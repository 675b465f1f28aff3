import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tellOnce } from './tell-once.js';

describe('keys and codes that are told once', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lamplighter-tell-'));
  const path = join(directory, 'keys.csv');
  afterEach(() => rmSync(path, { force: true }));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('come into a file that only its owner can read', async () => {
    await tellOnce(path, async () => 'key\n');
    expect(readFileSync(path, 'utf8')).toBe('key\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('are not even made when the file is there already, and what is in it stays', async () => {
    writeFileSync(path, 'older keys');
    let made = 0;
    const told = tellOnce(path, async () => `${++made}`);
    await expect(told).rejects.toThrow(/EEXIST/);
    expect(made).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('older keys');
  });

  it.each([
    ['nothing was made', async () => null],
    ['making them failed', () => Promise.reject(new Error('refused'))],
  ])('leave no empty file when %s', async (_case, make) => {
    await tellOnce(path, make).catch(() => undefined);
    expect(existsSync(path)).toBe(false);
  });
});

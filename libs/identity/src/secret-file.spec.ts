import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOrCreateSecret } from './secret-file.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamplighter-secret-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('loadOrCreateSecret', () => {
  it('makes the secret once, readable by its owner only, and leaves nothing else behind', () => {
    const path = join(directory, 'secrets', 'service.key');
    const secret = loadOrCreateSecret(path, 32);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(loadOrCreateSecret(path, 32)).toBe(secret);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'secrets')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(directory, 'secrets'))).toEqual(['service.key']);
  });

  it('takes a maker of text, for passwords', () => {
    expect(loadOrCreateSecret(join(directory, 'admin-password'), () => 'k7mp-x3qd')).toBe('k7mp-x3qd');
  });

  it('gives the winner to the loser of a race', () => {
    const path = join(directory, 'raced');
    // The other process comes first exactly between our look and our link.
    const secret = loadOrCreateSecret(path, () => {
      writeFileSync(path, 'winner\n', { mode: 0o600 });
      return 'loser';
    });
    expect(secret).toBe('winner');
    expect(readdirSync(directory)).toEqual(['raced']);
  });

  it('refuses an empty file rather than run with an empty secret', () => {
    const path = join(directory, 'empty');
    writeFileSync(path, '\n');
    expect(() => loadOrCreateSecret(path, 32)).toThrow(expect.objectContaining({ code: 'bad-configuration' }));
  });

  it('says which file cannot be made', () => {
    writeFileSync(join(directory, 'file'), 'x');
    expect(() => loadOrCreateSecret(join(directory, 'file', 'key'), 32)).toThrow(/file\/key/);
  });
});

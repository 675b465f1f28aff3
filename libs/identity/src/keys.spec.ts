import { describe, expect, it } from '@jest/globals';
import { generateKey, hashKey, newApiKey, parseApiKey, verifyKey } from './keys.js';
import { generatePassword, hashPassword, verifyPassword } from './passwords.js';

describe('keys', () => {
  it('are 192 bits of base64url and never the same', () => {
    const keys = Array.from({ length: 1_000 }, generateKey);
    expect(new Set(keys).size).toBe(1_000);
    expect(keys.every((key) => /^[A-Za-z0-9_-]{32}$/.test(key))).toBe(true);
  });

  it('T33 are verified against a keyed hash that depends on the pepper', () => {
    const key = generateKey();
    const hash = hashKey('pepper', key);
    expect(hash).not.toContain(key);
    expect(verifyKey('pepper', key, hash)).toBe(true);
    expect(verifyKey('other', key, hash)).toBe(false);
    expect(verifyKey('pepper', `${key}x`, hash)).toBe(false);
    expect(verifyKey('pepper', key, '')).toBe(false);
  });

  it('matches HMAC-SHA-256 of RFC 4231, test case 2', () => {
    expect(Buffer.from(hashKey('Jefe', 'what do ya want for nothing?'), 'base64url').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});

describe('API keys', () => {
  it('can be taken apart again', () => {
    const made = newApiKey();
    expect(parseApiKey(made.key)).toEqual({ id: made.id, secret: made.secret });
  });

  it.each([
    '',
    'll_',
    'll_abc_def',
    `ll_ABCDEFGHIJ_${'a'.repeat(32)}`,
    `xx_abcdefghij_${'a'.repeat(32)}`,
    `ll_abcdefghij_${'a'.repeat(33)}`,
  ])('%j is none', (text) => {
    expect(parseApiKey(text)).toBeNull();
  });
});

describe('passwords', () => {
  it('are kept by argon2id', async () => {
    const password = generatePassword();
    const hash = await hashPassword(password);
    expect(hash).toMatch(/^\$argon2id\$/);
    expect(await verifyPassword(hash, password)).toBe(true);
    expect(await verifyPassword(hash, `${password} `)).toBe(false);
  });

  it('of no account, or of a broken hash, match nothing', async () => {
    expect(await verifyPassword(null, 'anything')).toBe(false);
    expect(await verifyPassword('not a hash', 'anything')).toBe(false);
  });

  it('that are generated can be read aloud', () => {
    expect(generatePassword()).toMatch(/^([a-hjkmnp-z2-9]{4}-){4}[a-hjkmnp-z2-9]{4}$/);
  });
});

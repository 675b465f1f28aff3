import { describe, expect, it } from '@jest/globals';
import { newClaimCode } from './claim-code.js';
import { generateKey, newApiKey } from './keys.js';
import { generatePassword } from './passwords.js';
import { resemblesSecret, SECRET_LEFT_OUT, withoutSecrets } from './resembles-secret.js';

const encoded = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');

describe('T37 what resembles a secret', () => {
  it.each([
    ['keys', generateKey],
    ['API keys', (): string => newApiKey().key],
    ['passwords', generatePassword],
    ['claim codes', newClaimCode],
    ['sessions', (): string => `${encoded({ username: 'chan', nonce: generateKey() })}.${generateKey()}`],
    ['tokens of others', (): string => `${encoded({ alg: 'HS256' })}.${encoded({ sub: 'chan' })}.${generateKey()}`],
  ])('are %s that the platform makes', (_what, make) => {
    for (let i = 0; i < 200; i++) expect(resemblesSecret(make())).toBe(true);
  });

  it.each([
    'GF3637',
    '0016c001f000175a',
    '490154203237518',
    'd41d8cd98f00b204e9800998ecf8427e',
    'D41D8CD98F00B204E9800998ECF8427E',
    '550e8400-e29b-41d4-a716-446655440000',
    'lamp-post.7_b',
  ])('is not the id %s', (id) => {
    expect(resemblesSecret(id)).toBe(false);
  });
});

describe('T37 a name that is kept', () => {
  it.each([
    ['a key', (key: string) => key, SECRET_LEFT_OUT],
    ['one with blanks around it', (key: string) => ` ${key}\n`, ` ${SECRET_LEFT_OUT}\n`],
    ['name and key', (key: string) => `GF3637:${key}`, `GF3637:${SECRET_LEFT_OUT}`],
    ['a header', (key: string) => `Bearer ${key}`, `Bearer ${SECRET_LEFT_OUT}`],
    ['an assignment', (key: string) => `key="${key}"`, `key="${SECRET_LEFT_OUT}"`],
    ['a topic', (key: string) => `city/hyd/${key}/telemetry`, `city/hyd/${SECRET_LEFT_OUT}/telemetry`],
  ])('holds a marker in the place of %s', (_what, typed, kept) => {
    for (const make of [generateKey, (): string => newApiKey().key, generatePassword, newClaimCode])
      expect(withoutSecrets(typed(make()))).toBe(kept);
  });

  it.each(['chan', '', 'lamp-post.7_b', 'city/hyd/smart-lamppost/GF3637/telemetry', 'two words, and more'])(
    'is %p as it was typed',
    (name) => {
      expect(withoutSecrets(name)).toBe(name);
    },
  );
});

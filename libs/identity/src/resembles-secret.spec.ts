import { describe, expect, it } from '@jest/globals';
import { newClaimCode } from './claim-code.js';
import { generateKey, newApiKey } from './keys.js';
import { generatePassword } from './passwords.js';
import { resemblesSecret } from './resembles-secret.js';

describe('T37 what resembles a secret', () => {
  it.each([
    ['keys', generateKey],
    ['API keys', (): string => newApiKey().key],
    ['passwords', generatePassword],
    ['claim codes', newClaimCode],
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

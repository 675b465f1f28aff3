import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** 192 bits: beyond guessing, so that a fast keyed hash is enough to keep it. A thing a person chose needs `hashPassword`. */
const KEY_BYTES = 24;

/** A new secret of 192 bits for a device, a gateway or a service: 32 characters of base64url. */
export function generateKey(): string {
  const key = randomBytes(KEY_BYTES).toString('base64url');
  // In a spreadsheet a leading dash starts a formula, and exports put an apostrophe before it: it would not be the key (THREATS 29).
  return key.startsWith('-') ? generateKey() : key;
}

/**
 * HMAC-SHA-256 of a key under the pepper of the installation, base64url (43 characters). The registry keeps this; without
 * the pepper, which is not in the registry, a stolen table cannot even be tested against a guess.
 */
export function hashKey(pepper: string, key: string): string {
  return createHmac('sha256', pepper).update(key, 'utf8').digest('base64url');
}

/** Whether the key has this hash. Takes the same time for every wrong key (THREATS 33). */
export function verifyKey(pepper: string, key: string, keyHash: string): boolean {
  const expected = Buffer.from(keyHash, 'utf8');
  const actual = Buffer.from(hashKey(pepper, key), 'utf8');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

export interface ApiKeyParts {
  /** Public part: shown in lists, logs and the audit. */
  readonly id: string;
  /** Secret part: what `hashKey` is applied to. */
  readonly secret: string;
}

const API_KEY = /^ll_([a-z0-9]{10})_([A-Za-z0-9_-]{32})$/;
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A new API key; `key` is the text `ll_<id>_<secret>` that its owner sees once. */
export function newApiKey(): ApiKeyParts & { readonly key: string } {
  const id = Array.from({ length: 10 }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]!).join('');
  const secret = generateKey();
  return { id, secret, key: `ll_${id}_${secret}` };
}

/** The parts of an API key, or null when the text is not one. */
export function parseApiKey(text: string): ApiKeyParts | null {
  const match = API_KEY.exec(text);
  return match ? { id: match[1]!, secret: match[2]! } : null;
}

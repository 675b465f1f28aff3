import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1.';

/**
 * Encrypts a secret of somebody else (an API key of a network server) that has to be sent as it is and therefore cannot be
 * kept as a hash: AES-256-GCM under a key derived from the pepper, which is not where the result is kept.
 *
 * @param purpose what the secret is for; `openText` needs the same, so that one cannot be put in the place of another
 */
export function sealText(pepper: string, purpose: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(pepper), nonce).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return VERSION + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Null when it was sealed under another pepper or for another purpose, or is damaged. */
export function openText(pepper: string, purpose: string, sealed: string): string | null {
  if (!sealed.startsWith(VERSION)) return null;
  const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
  // The last character has bits that decode to nothing: only one writing of the same bytes is taken.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || VERSION + bytes.toString('base64url') !== sealed) return null;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(pepper), bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

function keyOf(pepper: string): Buffer {
  return Buffer.from(hkdfSync('sha256', pepper, '', 'lamplighter sealed text', 32));
}

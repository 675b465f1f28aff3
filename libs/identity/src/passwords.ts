import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** argon2id with 19 MiB, two passes and one lane: the OWASP Password Storage Cheat Sheet's first choice. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** No 0, 1, i, l, o: what is read aloud or copied by hand must not be ambiguous. */
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789';

let decoy: Promise<string> | undefined;

/** PHC string of argon2id, for whatever a person may have chosen. Takes some 20 ms on purpose. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2ID);
}

/**
 * Whether the password has this hash. Null (there is no such account) is checked against a decoy, so that the time of the
 * answer does not tell which accounts exist. A string that is no PHC hash matches nothing.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword(generatePassword());
  const matches = await verify(passwordHash ?? (await decoy), password).catch(() => false);
  return matches && passwordHash !== null;
}

/** A password of about 99 bits that a person can type: five groups of four, such as `k7mp-x3qd-...`. */
export function generatePassword(): string {
  const group = (): string => Array.from({ length: 4 }, () => READABLE[randomInt(READABLE.length)]!).join('');
  return Array.from({ length: 5 }, group).join('-');
}

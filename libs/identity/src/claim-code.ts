import { randomInt } from 'node:crypto';

/** Digits and letters that nobody mistakes for each other, in print or on the telephone: no I, L, O and U (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BASE = ALPHABET.length;
/** 14 characters of 5 bits are 70 bits; the fifteenth is the check digit. */
const RANDOM_LENGTH = 14;
const GROUP = 5;

/** A new code, such as `7KQ2M-9XZ4C-H0TRB`. It is a secret: keep its `hashKey`. */
export function newClaimCode(): string {
  const characters = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(BASE)]!).join('');
  return grouped(characters + checkDigit(characters));
}

/**
 * The code as it was printed, from what somebody typed: in either case, with or without dashes and spaces, with I, L and O
 * read as the digits they look like. Null when it cannot be a code; every single wrong character is noticed.
 */
export function readClaimCode(text: string): string | null {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replaceAll('O', '0');
  if (plain.length !== RANDOM_LENGTH + 1 || [...plain].some((character) => !ALPHABET.includes(character))) return null;
  return checkDigit(plain.slice(0, -1)) === plain.at(-1) ? grouped(plain) : null;
}

/** Luhn's algorithm for an alphabet of N characters: every wrong character and nearly every swap of neighbours shows. */
function checkDigit(characters: string): string {
  let sum = 0;
  for (let i = characters.length - 1, factor = 2; i >= 0; i--, factor = 3 - factor) {
    const addend = ALPHABET.indexOf(characters[i]!) * factor;
    sum += Math.floor(addend / BASE) + (addend % BASE);
  }
  return ALPHABET[(BASE - (sum % BASE)) % BASE]!;
}

function grouped(characters: string): string {
  return characters.match(new RegExp(`.{${GROUP}}`, 'g'))!.join('-');
}

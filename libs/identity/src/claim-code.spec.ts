import fc from 'fast-check';
import { newClaimCode, readClaimCode } from './claim-code.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

describe('a claim code', () => {
  it('is short, unambiguous, and never the same', () => {
    const codes = new Set(Array.from({ length: 1_000 }, newClaimCode));
    expect(codes.size).toBe(1_000);
    for (const code of codes) {
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){2}$/);
      expect(readClaimCode(code)).toBe(code);
    }
  });

  it('is read as people type it', () => {
    const code = newClaimCode();
    expect(readClaimCode(` ${code.toLowerCase().replaceAll('-', ' ')} `)).toBe(code);
    expect(readClaimCode(code.replaceAll('-', '').replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(code);
  });

  it('is not taken with one character wrong', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 1, max: 31 }), (at, by) => {
        const plain = newClaimCode().replaceAll('-', '');
        const wrong = ALPHABET[(ALPHABET.indexOf(plain[at]!) + by) % 32]!;
        expect(readClaimCode(plain.slice(0, at) + wrong + plain.slice(at + 1))).toBeNull();
      }),
    );
  });

  it.each(['', 'hello', 'U'.repeat(15), '0'.repeat(14), '0'.repeat(16), '00000-00000-0000é'])('%j is none', (text) => {
    expect(readClaimCode(text)).toBeNull();
  });
});

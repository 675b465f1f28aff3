import { hashPassword } from '#identity';
import { PasswordChecker } from './password-checker.service.js';

describe('PasswordChecker', () => {
  let now = 0;
  const checker = new PasswordChecker({ now: () => 0, monotonic: () => now });

  it('remembers a right password for minutes, together with its hash', async () => {
    const hash = await hashPassword('correct');
    expect(checker.remembers(hash, 'correct')).toBe(false);
    expect(await checker.check(hash, 'correct')).toBe(true);
    expect(checker.remembers(hash, 'correct')).toBe(true);
    expect(checker.remembers(await hashPassword('correct'), 'correct')).toBe(false);
    now += 5 * 60_000;
    expect(checker.remembers(hash, 'correct')).toBe(false);
  });

  it('never remembers a wrong one, nor one of nobody', async () => {
    const hash = await hashPassword('correct');
    expect(await checker.check(hash, 'wrong')).toBe(false);
    expect(checker.remembers(hash, 'wrong')).toBe(false);
    expect(await checker.check(null, 'correct')).toBe(false);
    expect(checker.remembers('', 'correct')).toBe(false);
  });

  it('answers everybody of a crowd', async () => {
    const hash = await hashPassword('correct');
    const asked = await Promise.all(
      Array.from({ length: 12 }, (_, i) => checker.check(hash, i % 2 === 0 ? 'correct' : `wrong ${i}`)),
    );
    expect(asked).toEqual(Array.from({ length: 12 }, (_, i) => i % 2 === 0));
  });
});

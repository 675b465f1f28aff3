import { number } from './argument-parsers.js';

describe('numbers on the command line', () => {
  it.each([
    ['22.3152', 22.3152],
    ['-0.5', -0.5],
  ])('takes %s', (text, value) => expect(number(text)).toBe(value));

  it.each(['north', '', ' ', 'Infinity', '22,3'])("refuses '%s'", (text) => {
    expect(() => number(text)).toThrow(/a number such as/);
  });
});

import { address, number } from './argument-parsers.js';

describe('numbers on the command line', () => {
  it.each([
    ['22.3152', 22.3152],
    ['-0.5', -0.5],
  ])('takes %s', (text, value) => expect(number(text)).toBe(value));

  it.each(['north', '', ' ', 'Infinity', '22,3'])("refuses '%s'", (text) => {
    expect(() => number(text)).toThrow(/a number such as/);
  });
});

describe('addresses on the command line', () => {
  it.each(['http://localhost:3000', 'mqtts://[::1]:8883'])('takes %s', (text) => expect(address(text)).toBe(text));

  it.each(['lamps', 'localhost:1883', '//', 'file:///etc/hosts', ''])("refuses '%s'", (text) => {
    expect(() => address(text)).toThrow(/an address such as/);
  });
});

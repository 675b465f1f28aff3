import { describe, expect, it } from '@jest/globals';
import { SharedValues } from './shared-values.js';

describe('shared values', () => {
  it('are made once for equal texts', () => {
    const tags = new SharedValues((text) => JSON.parse(text) as unknown);
    expect(tags.of('{"street":"Nathan Road"}')).toBe(tags.of('{"street":"Nathan Road"}'));
    expect(tags.of('{"street":"Canton Road"}')).toEqual({ street: 'Canton Road' });
  });

  it('are right when there are more than are kept', () => {
    let made = 0;
    const values = new SharedValues((text) => [text, made++]);
    for (let round = 0; round < 2; round++)
      for (let n = 0; n < 30_000; n++) expect(values.of(String(n))[0]).toBe(String(n));
    expect(made).toBe(60_000);
  });
});

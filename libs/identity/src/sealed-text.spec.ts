import { describe, expect, it } from '@jest/globals';
import { openText, sealText } from './sealed-text.js';

describe('sealed text', () => {
  const sealed = sealText('pepper', 'a', 'NNSXS.測試');

  it('opens for the same pepper and purpose only', () => {
    expect(openText('pepper', 'a', sealed)).toBe('NNSXS.測試');
    expect(openText('other', 'a', sealed)).toBeNull();
    expect(openText('pepper', 'b', sealed)).toBeNull();
  });

  it('does not open when it was changed', () => {
    for (let i = 0; i < sealed.length; i += 7) {
      const changed = sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1);
      expect(openText('pepper', 'a', changed)).toBeNull();
    }
    expect(openText('pepper', 'a', '')).toBeNull();
  });

  it('shows nothing, and is another one each time', () => {
    expect(sealed).not.toContain('NNSXS');
    expect(sealText('pepper', 'a', 'NNSXS.測試')).not.toBe(sealed);
  });
});

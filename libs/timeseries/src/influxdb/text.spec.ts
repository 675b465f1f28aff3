import { escape } from '@influxdata/influxdb-client';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeText, encodeText } from './text.js';

/** Any text a device could send, rich in what ends a tag, a field, a line or a Flux literal. */
const hostile = fc.array(
  fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\\', '"', '\n', '\r', '\t', '\0', ',', '=', ' ', '%', '%-', '%005c', '${', '\u2028', '\u007f')),
).map((parts) => parts.join('')); // prettier-ignore

describe('encodeText', () => {
  it('T15 comes back as it was, whatever the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(decodeText(encodeText(text))).toBe(text);
      }),
    );
  });

  it('T15 leaves nothing that ends a line or a tag, and is never empty', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const tag = escape.tag(encodeText(text));
        expect(tag).not.toBe('');
        // Backslashes are only those that escape a comma, an equals sign or a space.
        expect(tag.replace(/\\[,= ]/g, '')).not.toMatch(/[\\\n\r\t\0,= ]/);
      }),
    );
  });

  it('leaves ordinary ids as they are', () => {
    for (const id of ['DF3683', 'lamp-1', 'a.b_c:d', '灯柱 7', 'O’Brien']) expect(encodeText(id)).toBe(id);
  });

  it('tells different texts apart', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        if (a !== b) expect(encodeText(a)).not.toBe(encodeText(b));
      }),
    );
  });
});

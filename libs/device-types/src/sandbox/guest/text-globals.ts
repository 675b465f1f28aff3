/**
 * Runs inside the sandbox (see `dispatcher.ts`): the globals for text that network servers offer and the language itself does not
 * have. WHATWG Encoding and HTML's base64, for the encodings that codecs use.
 */
export function installTextGlobals(): void {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const root = globalThis;

  /** Characters of code 0 to 255 -> base64. */
  function btoa(input: unknown): string {
    const text = String(input);
    let out = '';
    for (let i = 0; i < text.length; i += 3) {
      const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)] as [
        number,
        number,
        number,
      ];
      if (a > 255 || b > 255 || c > 255) throw new RangeError('btoa takes characters of code 0 to 255');
      out += ALPHABET[a >> 2]! + ALPHABET[((a & 3) << 4) | (b >> 4)]!;
      out += i + 1 < text.length ? ALPHABET[((b & 15) << 2) | (c >> 6)]! : '=';
      out += i + 2 < text.length ? ALPHABET[c & 63]! : '=';
    }
    return out;
  }

  /** Base64, also in its URL alphabet, with or without padding -> characters of code 0 to 255. */
  function atob(input: unknown): string {
    const text = String(input)
      .replace(/[\t\n\f\r ]/g, '')
      .replace(/-/g, '+')
      .replace(/_/g, '/')
      .replace(/={1,2}$/, '');
    let out = '';
    let bits = 0;
    let held = 0;
    for (let i = 0; i < text.length; i++) {
      const value = ALPHABET.indexOf(text[i]!);
      if (value < 0) throw new RangeError('atob takes base64');
      held = ((held << 6) | value) & 0xffffff;
      bits += 6;
      if (bits >= 8) out += String.fromCharCode((held >> (bits -= 8)) & 255);
    }
    return out;
  }

  class TextEncoder {
    get encoding(): string {
      return 'utf-8';
    }

    encode(input: unknown = ''): Uint8Array {
      const bytes: number[] = [];
      for (const character of String(input)) {
        let code = character.codePointAt(0)!;
        if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
        if (code < 0x80) bytes.push(code);
        else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
        else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
        else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      }
      return new Uint8Array(bytes);
    }
  }

  /** Damaged sequences become U+FFFD, or fail when `fatal` asks for it. */
  function utf8(bytes: Uint8Array, fatal: boolean): string {
    let out = '';
    for (let i = 0; i < bytes.length;) {
      const lead = bytes[i]!;
      const length =
        lead < 0x80
          ? 1
          : lead >= 0xc2 && lead < 0xe0
            ? 2
            : lead >= 0xe0 && lead < 0xf0
              ? 3
              : lead >= 0xf0 && lead < 0xf5
                ? 4
                : 0;
      let code = length <= 1 ? lead : lead & (0xff >> (length + 1));
      let read = 1;
      while (read < length && ((bytes[i + read] ?? 0) & 0xc0) === 0x80) code = (code << 6) | (bytes[i + read++]! & 63);
      const sound =
        length > 0 &&
        read === length &&
        !(length === 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) &&
        !(length === 4 && (code < 0x10000 || code > 0x10ffff));
      if (!sound && fatal) throw new TypeError('The bytes are not UTF-8');
      out += sound ? String.fromCodePoint(code) : '\ufffd';
      i += read;
    }
    return out;
  }

  class TextDecoder {
    readonly encoding: string;
    readonly fatal: boolean;

    constructor(label: unknown = 'utf-8', options: { fatal?: boolean } = {}) {
      const name = String(label).toLowerCase();
      if (name === 'utf-8' || name === 'utf8') this.encoding = 'utf-8';
      else if (name === 'ascii' || name === 'latin1' || name === 'iso-8859-1' || name === 'windows-1252')
        this.encoding = 'windows-1252';
      else throw new RangeError(`The encoding '${name}' is not known; use utf-8 or latin1`);
      this.fatal = options.fatal === true;
    }

    decode(input?: ArrayBuffer | ArrayBufferView): string {
      if (input === undefined) return '';
      const bytes = ArrayBuffer.isView(input)
        ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
        : new Uint8Array(input);
      if (this.encoding === 'utf-8') return utf8(bytes, this.fatal).replace(/^\ufeff/, '');
      let out = '';
      for (let i = 0; i < bytes.length; i++) out += String.fromCharCode(bytes[i]!);
      return out;
    }
  }

  for (const [name, value] of Object.entries({ atob, btoa, TextEncoder, TextDecoder }))
    Object.defineProperty(root, name, { value, writable: true, configurable: true, enumerable: false });
}

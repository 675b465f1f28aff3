/* eslint-disable @typescript-eslint/no-explicit-any -- Node's signatures are wider than those of the Uint8Array methods that they override. */
/**
 * Runs inside the sandbox (see `dispatcher.ts`) after `installTextGlobals`: a `Buffer` with the methods of Node's that codecs use.
 * A Uint8Array underneath, so that indexing, length and iteration are the engine's own.
 */
export function installBufferGlobal(): void {
  const root = globalThis as unknown as Record<string, unknown> & {
    atob(text: string): string;
    btoa(text: string): string;
    TextEncoder: new () => { encode(text: string): Uint8Array };
    TextDecoder: new (label?: string) => { decode(bytes: Uint8Array): string };
  };

  function binary(text: string): number[] {
    const bytes: number[] = [];
    for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i) & 255);
    return bytes;
  }

  function encodingOf(encoding: unknown): string {
    const name = encoding === undefined || encoding === null ? 'utf8' : String(encoding).toLowerCase();
    switch (name) {
      case 'utf8':
      case 'utf-8':
        return 'utf8';
      case 'hex':
      case 'base64':
      case 'base64url':
      case 'ascii':
        return name;
      case 'latin1':
      case 'binary':
        return 'latin1';
      case 'ucs2':
      case 'ucs-2':
      case 'utf16le':
      case 'utf-16le':
        return 'utf16le';
      default:
        throw new TypeError(`Unknown encoding: ${name}`);
    }
  }

  function bytesOfText(text: string, encoding: unknown): ArrayLike<number> {
    switch (encodingOf(encoding)) {
      case 'hex': {
        const bytes: number[] = [];
        for (let i = 0; i + 1 < text.length && /^[0-9a-f]{2}$/i.test(text.slice(i, i + 2)); i += 2)
          bytes.push(parseInt(text.slice(i, i + 2), 16));
        return bytes;
      }
      case 'base64':
      case 'base64url':
        return binary(root.atob(text));
      case 'utf16le': {
        const bytes: number[] = [];
        for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i) & 255, text.charCodeAt(i) >> 8);
        return bytes;
      }
      case 'utf8':
        return new root.TextEncoder().encode(text);
      default:
        return binary(text);
    }
  }

  class Buffer extends Uint8Array {
    static override from(value: unknown, second?: unknown, third?: unknown): any {
      if (typeof value === 'string') return new Buffer(bytesOfText(value, second));
      if (value instanceof ArrayBuffer)
        return new Buffer(value, (second as number | undefined) ?? 0, third as number | undefined);
      // How codecs begin, and twice as fast without a call for each byte.
      if (Array.isArray(value)) return new Buffer(value as number[]);
      const { type, data } = Object(value) as { type?: unknown; data?: unknown };
      if (type === 'Buffer' && Array.isArray(data)) return new Buffer(data as number[]);
      return new Buffer(Array.from(value as ArrayLike<number>, (byte) => Number(byte) & 255));
    }

    static alloc(size: number, fill?: number | string, encoding?: string): Buffer {
      const buffer = new Buffer(size);
      return fill === undefined ? buffer : buffer.fill(fill as never, encoding as never);
    }

    static allocUnsafe(size: number): Buffer {
      return new Buffer(size);
    }

    static concat(list: readonly Uint8Array[], totalLength?: number): Buffer {
      const length = totalLength ?? list.reduce((sum, part) => sum + part.length, 0);
      const joined = new Buffer(length);
      let at = 0;
      for (const part of list) {
        const fits = part.subarray(0, Math.max(0, length - at));
        joined.set(fits, at);
        at += fits.length;
      }
      return joined;
    }

    static isBuffer(value: unknown): boolean {
      return value instanceof Buffer;
    }

    static isEncoding(name: unknown): boolean {
      try {
        return typeof name === 'string' && encodingOf(name) !== '';
      } catch {
        return false;
      }
    }

    static byteLength(value: string | ArrayBuffer | ArrayBufferView, encoding?: string): number {
      return typeof value === 'string' ? bytesOfText(value, encoding).length : value.byteLength;
    }

    static compare(a: Uint8Array, b: Uint8Array): number {
      const shared = Math.min(a.length, b.length);
      for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
      return Math.sign(a.length - b.length);
    }

    /** Made with the first read or write: one for each costs as much as both. */
    #view: DataView | null = null;

    private get view(): DataView {
      return (this.#view ??= new DataView(this.buffer, this.byteOffset, this.length));
    }

    /** Where to read or write that many bytes. */
    private place(offset: unknown, size: number): number {
      const at = offset === undefined ? 0 : Number(offset);
      if (!Number.isInteger(at) || at < 0 || at + size > this.length)
        throw new RangeError(
          `The offset ${String(offset)} with ${size} bytes lies outside of the buffer (${this.length} bytes)`,
        );
      return at;
    }

    override toString(encoding?: string, start = 0, end = this.length): string {
      const bytes = this.subarray(start, end);
      const name = encodingOf(encoding);
      if (name === 'utf8') return new root.TextDecoder().decode(bytes);
      let out = '';
      if (name === 'hex') {
        for (let i = 0; i < bytes.length; i++) out += (bytes[i]! < 16 ? '0' : '') + bytes[i]!.toString(16);
        return out;
      }
      if (name === 'utf16le') {
        for (let i = 0; i + 1 < bytes.length; i += 2) out += String.fromCharCode(bytes[i]! | (bytes[i + 1]! << 8));
        return out;
      }
      for (let i = 0; i < bytes.length; i++) out += String.fromCharCode(name === 'ascii' ? bytes[i]! & 127 : bytes[i]!);
      if (name === 'base64') return root.btoa(out);
      return name === 'base64url' ? root.btoa(out).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '') : out;
    }

    toJSON(): { type: 'Buffer'; data: number[] } {
      return { type: 'Buffer', data: Array.from(this) };
    }

    equals(other: Uint8Array): boolean {
      return Buffer.compare(this, other) === 0;
    }

    compare(other: Uint8Array): number {
      return Buffer.compare(this, other);
    }

    /** A view, as in Node: bytes are shared with the original. */
    override slice(start?: number, end?: number): any {
      return this.subarray(start, end);
    }

    copy(target: Uint8Array, targetStart = 0, start = 0, end = this.length): number {
      const part = this.subarray(start, Math.min(end, start + Math.max(0, target.length - targetStart)));
      target.set(part, targetStart);
      return part.length;
    }

    override fill(value: any, start?: any, end?: any, encoding?: string): this {
      if (typeof value !== 'string') return super.fill(value, start, end);
      const from = typeof start === 'number' ? start : 0;
      const bytes = bytesOfText(value, typeof start === 'string' ? start : encoding);
      for (let i = from; i < (end ?? this.length); i++)
        this[i] = bytes.length === 0 ? 0 : bytes[(i - from) % bytes.length]!;
      return this;
    }

    write(text: string, offset: any = 0, length?: any, encoding?: string): number {
      const named = [offset, length, encoding].find((value) => typeof value === 'string') as string | undefined;
      const at = typeof offset === 'number' ? offset : 0;
      const bytes = bytesOfText(text, named);
      const room = Math.min(bytes.length, this.length - at, typeof length === 'number' ? length : Infinity);
      for (let i = 0; i < room; i++) this[at + i] = bytes[i]!;
      return room;
    }

    override indexOf(value: any, offset = 0, encoding?: string): number {
      if (typeof value === 'number') return super.indexOf(value & 255, offset);
      const sought = typeof value === 'string' ? bytesOfText(value, encoding) : (value as Uint8Array);
      for (let i = offset; i + sought.length <= this.length; i++) {
        let same = 0;
        while (same < sought.length && this[i + same] === sought[same]) same++;
        if (same === sought.length) return i;
      }
      return -1;
    }

    override includes(value: any, offset = 0): boolean {
      return this.indexOf(value, offset) >= 0;
    }

    readUIntBE(offset: number, size: number): number {
      const at = this.place(offset, size);
      let value = 0;
      for (let i = 0; i < size; i++) value = value * 256 + this[at + i]!;
      return value;
    }

    readUIntLE(offset: number, size: number): number {
      const at = this.place(offset, size);
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = value * 256 + this[at + i]!;
      return value;
    }

    readIntBE(offset: number, size: number): number {
      const value = this.readUIntBE(offset, size);
      return value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
    }

    readIntLE(offset: number, size: number): number {
      const value = this.readUIntLE(offset, size);
      return value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
    }

    writeUIntBE(value: number, offset: number, size: number): number {
      const at = this.place(offset, size);
      let rest = value < 0 ? value + 2 ** (8 * size) : value;
      for (let i = size - 1; i >= 0; i--, rest = Math.floor(rest / 256)) this[at + i] = rest % 256;
      return offset + size;
    }

    writeUIntLE(value: number, offset: number, size: number): number {
      const at = this.place(offset, size);
      let rest = value < 0 ? value + 2 ** (8 * size) : value;
      for (let i = 0; i < size; i++, rest = Math.floor(rest / 256)) this[at + i] = rest % 256;
      return offset + size;
    }
  }

  /** Node's name, DataView's name, bytes; every one in both byte orders, and for unsigned ones also spelt `Uint`. */
  const prototype = Buffer.prototype as unknown as Record<string, unknown> & {
    readonly view: Record<string, (...values: unknown[]) => unknown>;
    place(offset: unknown, size: number): number;
  };
  const define = (name: string, method: unknown): void => {
    for (const spelling of name.includes('UInt') ? [name, name.replace('UInt', 'Uint')] : [name])
      Object.defineProperty(prototype, spelling, { value: method, writable: true, configurable: true });
  };
  const scalars: [string, string, number][] = [
    ['UInt8', 'Uint8', 1],
    ['Int8', 'Int8', 1],
    ['UInt16', 'Uint16', 2],
    ['Int16', 'Int16', 2],
    ['UInt32', 'Uint32', 4],
    ['Int32', 'Int32', 4],
    ['Float', 'Float32', 4],
    ['Double', 'Float64', 8],
    ['BigUInt64', 'BigUint64', 8],
    ['BigInt64', 'BigInt64', 8],
  ];
  for (const [name, type, size] of scalars) {
    const [get, set] = [`get${type}`, `set${type}`] as const;
    for (const order of size === 1 ? [''] : ['BE', 'LE']) {
      const little = order === 'LE';
      define(`read${name}${order}`, function (this: typeof prototype, offset?: unknown) {
        return this.view[get]!(this.place(offset, size), little);
      });
      define(`write${name}${order}`, function (this: typeof prototype, value: unknown, offset?: unknown) {
        this.view[set]!(this.place(offset, size), value, little);
        return (offset === undefined ? 0 : Number(offset)) + size;
      });
    }
  }
  for (const [name, size] of [
    ['swap16', 2],
    ['swap32', 4],
    ['swap64', 8],
  ] as [string, number][]) {
    define(name, function (this: Uint8Array) {
      for (let i = 0; i + size <= this.length; i += size) this.subarray(i, i + size).reverse();
      return this;
    });
  }
  for (const name of ['readUIntBE', 'readUIntLE', 'writeUIntBE', 'writeUIntLE']) define(name, prototype[name]);
  define('writeIntBE', prototype.writeUIntBE);
  define('writeIntLE', prototype.writeUIntLE);

  Object.defineProperty(root, 'Buffer', { value: Buffer, writable: true, configurable: true, enumerable: false });
}

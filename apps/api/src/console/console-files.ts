import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.geojson': 'application/geo+json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.pbf': 'application/x-protobuf',
  '.wasm': 'application/wasm',
};
const COMPRESSIBLE = /^(?:text\/|application\/(?:json|geo\+json|manifest\+json|wasm)|image\/svg)/;

export interface ConsoleFile {
  readonly type: string;
  readonly body: Buffer;
  /** Absent where it would not be smaller. */
  readonly gzip: Buffer | null;
  readonly etag: string;
}

interface Loaded extends ConsoleFile {
  readonly modifiedAt: number;
}

/** The built files of the console, few and small enough to be kept in memory with their compressed form. */
export class ConsoleFiles {
  private readonly loaded = new Map<string, Loaded>();

  constructor(private readonly directory: string) {}

  /** The file at an address below `/`, or null. Addresses that lead out of the folder, and hidden files, are none. */
  async find(address: string): Promise<ConsoleFile | null> {
    const relative = normalize(address).replace(/^[/\\]+/, '');
    const type = TYPES[extname(relative)];
    if (type === undefined || address.includes('\0') || relative.split(sep).some((part) => part.startsWith('.')))
      return null;
    const path = join(this.directory, relative);
    const facts = await stat(path).catch(() => null);
    if (facts === null || !facts.isFile()) return null;
    const known = this.loaded.get(path);
    if (known?.modifiedAt === facts.mtimeMs) return known;
    const file = await load(path, type, facts.mtimeMs);
    this.loaded.set(path, file);
    return file;
  }
}

async function load(path: string, type: string, modifiedAt: number): Promise<Loaded> {
  const body = await readFile(path);
  const packed = COMPRESSIBLE.test(type) ? await compress(body) : null;
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { type, body, gzip: packed !== null && packed.length < body.length ? packed : null, etag, modifiedAt };
}

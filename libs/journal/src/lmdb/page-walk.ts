import { readSync } from 'node:fs';

/** Reads `length` bytes at `at`; shorter at the end of the file. */
export type PageSource = (at: number, length: number) => Buffer;

/**
 * As much of LMDB's file format as is needed to tell whether all pages of a snapshot exist. Data format 2 of the LMDB that the
 * `lmdb` package bundles, on 64-bit little-endian machines (`mdb.c`: MDB_page_header, MDB_meta, MDB_db, MDB_node, MDB_ovpage).
 */
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const PAGE_HEADER = 24;
const P_BRANCH = 0x01;
const F_BIGDATA = 0x01;
const F_SUBDATA = 0x02;
const META_BYTES = 144;
const DB_ROOT = 40;
const NO_ROOT = 0xffffffffffffffffn;

export interface Meta {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly transaction: number;
  /** Position of the transaction number in the file. */
  readonly transactionAt: number;
  /** Roots of the free list and of the main tree; null for an empty one. */
  readonly roots: readonly (number | null)[];
}

export function pagesOf(file: number): PageSource {
  return (at, length) => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, at));
  };
}

/** Both meta pages; null when this is no LMDB file, or one that lost its first pages. */
export function readMetas(read: PageSource): readonly [Meta, Meta] | null {
  const first = readMeta(read, 0, 0);
  const second = first && readMeta(read, 1, first.pageSize);
  return first && second && [first, second];
}

/** Meta page `n`, or null when there is none at that place. */
function readMeta(read: PageSource, n: 0 | 1, pageSize: number): Meta | null {
  const at = n * pageSize + PAGE_HEADER;
  const meta = read(at, META_BYTES);
  if (meta.length < META_BYTES || meta.readUInt32LE(0) !== MAGIC || (meta.readUInt32LE(4) & 0xffff) !== DATA_VERSION)
    return null;
  return {
    pageSize: meta.readUInt32LE(24),
    roots: [rootOf(meta.subarray(24)), rootOf(meta.subarray(72))],
    lastPage: Number(meta.readBigUInt64LE(120)),
    transaction: Number(meta.readBigUInt64LE(128)),
    transactionAt: at + 128,
  };
}

/** Whether every page that the snapshot reaches is among the first `pages` pages. */
export function treesLieWithin(read: PageSource, meta: Meta, pages: number): boolean {
  const waiting = meta.roots.filter((root) => root !== null);
  for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
    if (page >= pages) return false;
    const bytes = read(page * meta.pageSize, meta.pageSize);
    if (Number(bytes.readBigUInt64LE(0)) !== page) return false;
    for (const node of nodesOf(bytes)) {
      if (node.lastPage >= pages) return false;
      if (node.child !== null) waiting.push(node.child);
    }
  }
  return true;
}

interface Node {
  /** Page of a tree below. */
  readonly child: number | null;
  /** Last page of data kept outside the tree, -1 when there is none. */
  readonly lastPage: number;
}

function* nodesOf(page: Buffer): Generator<Node> {
  const isBranch = (page.readUInt16LE(18) & P_BRANCH) !== 0;
  const count = page.readUInt16LE(20) >> 1;
  for (let i = 0; i < count; i++) {
    const node = page.subarray(PAGE_HEADER + page.readUInt16LE(PAGE_HEADER + i * 2));
    const flags = node.readUInt16LE(4);
    const data = node.subarray(8 + node.readUInt16LE(6));
    if (isBranch) yield { child: node.readUInt32LE(0) + flags * 2 ** 32, lastPage: -1 };
    else if (flags & F_SUBDATA) yield { child: rootOf(data), lastPage: -1 };
    else if (flags & F_BIGDATA)
      yield { child: null, lastPage: Number(data.readBigUInt64LE(0) + data.readBigUInt64LE(16)) - 1 };
  }
}

function rootOf(db: Buffer): number | null {
  const root = db.readBigUInt64LE(DB_ROOT);
  return root === NO_ROOT ? null : Number(root);
}

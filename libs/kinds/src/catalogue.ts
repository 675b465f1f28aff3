import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isKind } from './define-kind.js';
import type { Kind } from './kind.js';

/** Sources in tests, emitted files at run time; never declarations, maps or specs. */
const KIND_FILE = /^[a-z0-9-]+\.kind\.(?:ts|js)$/;

/** Kinds by name. @throws Error when two kinds share a name. */
export function indexKinds(list: readonly Kind[]): ReadonlyMap<string, Kind> {
  const index = new Map<string, Kind>();
  for (const kind of list) {
    if (index.has(kind.name)) throw new Error(`Two kinds are named '${kind.name}'`);
    index.set(kind.name, kind);
  }
  return index;
}

/** The one kind that a file exports. @throws Error when there is none, more than one, or it has not the name of the file. */
export function kindOfModule(file: string, exports: Readonly<Record<string, unknown>>): Kind {
  const found = Object.values(exports).filter(isKind);
  const [kind] = found;
  if (kind === undefined || found.length > 1)
    throw new Error(`${file} must export one kind, it exports ${found.length}`);
  const expected = file.replace(/\.kind\.(?:ts|js)$/, '');
  if (kind.name !== expected) throw new Error(`${file} exports the kind '${kind.name}'; name both the same`);
  return kind;
}

async function discoverKinds(): Promise<Kind[]> {
  const files = readdirSync(dirname(fileURLToPath(import.meta.url)))
    .filter((file) => KIND_FILE.test(file))
    .sort();
  const found: Kind[] = [];
  // One after the other: Jest's module linker does not bear concurrent imports of files that share imports.
  for (const file of files) found.push(kindOfModule(file, (await import(`./${file}`)) as Record<string, unknown>));
  return found;
}

/** Every `*.kind` file beside this one, in order of name: adding a kind is adding its file. */
export const kinds: readonly Kind[] = await discoverKinds();

/** The kinds that a device may be of: all but companions. */
export const deviceKinds: readonly Kind[] = kinds.filter((kind) => kind.companion !== true);

const byName = indexKinds(kinds);

/** The kind of this name, or undefined when this release does not know it. */
export function findKind(name: string): Kind | undefined {
  return byName.get(name);
}

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkDeviceType } from '../definition/check-definition.js';
import type { DeviceType } from '../definition/device-type.js';
import { DEFINITION_FILE, readDeviceTypeFolder } from './device-type-folder.js';

/**
 * The folder `device-types` at the root of the project: looked for upwards from here, because this file runs as a source, emitted under `dist`,
 * and in an image.
 */
export function builtInFolder(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'device-types');
    if (existsSync(join(folder, 'package.json')) && existsSync(found)) return found;
    if (folder === dirname(folder)) throw new Error(`There is no folder device-types above ${from}`);
  }
}

/** Folders of the types that ship with the platform, in order of name. */
export function builtInFolders(root = builtInFolder()): string[] {
  return readdirSync(root)
    .filter((name) => existsSync(join(root, name, DEFINITION_FILE)))
    .sort()
    .map((name) => join(root, name));
}

/** @throws Error when one of them cannot be used: they are part of the release, and a test walks them */
export function builtInTypes(root?: string): DeviceType[] {
  return builtInFolders(root).map((folder) => {
    const { source, faults } = readDeviceTypeFolder(folder);
    const checked = source === undefined ? { faults } : checkDeviceType(source);
    if ('type' in checked && checked.type !== undefined) return checked.type;
    throw new Error(
      `${folder}: ${(checked.faults ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')}`,
    );
  });
}

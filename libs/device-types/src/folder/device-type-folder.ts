import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefinitionFault, DeviceTypeSource } from '../definition/definition.js';

export const DEFINITION_FILE = 'device-type.json';
export const EXAMPLES_FILE = 'examples.json';

export type ReadFolder =
  | { readonly source: DeviceTypeSource; readonly faults?: undefined }
  /** Pointers name the file. */
  | { readonly source?: undefined; readonly faults: readonly DefinitionFault[] };

/**
 * Reads a device type from its folder: `device-type.json`, the vendor's script (`codec.js`, or the only `.js` file), and
 * `examples.json`. A type without a script maps what a network server has decoded.
 */
export function readDeviceTypeFolder(folder: string): ReadFolder {
  const faults: DefinitionFault[] = [];
  const json = (file: string): unknown => {
    try {
      return JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown;
    } catch (error) {
      faults.push({
        pointer: file,
        detail: existsSync(join(folder, file)) ? `is not JSON: ${(error as Error).message}` : 'is missing',
      });
      return undefined;
    }
  };
  const definition = json(DEFINITION_FILE);
  const examples = existsSync(join(folder, EXAMPLES_FILE)) ? json(EXAMPLES_FILE) : [];
  const file = scriptFile(folder);
  if (file === 'several') faults.push({ pointer: '', detail: 'has several .js files; name the one to use codec.js' });
  if (faults.length === 0 && !Array.isArray(examples))
    faults.push({ pointer: EXAMPLES_FILE, detail: 'must be a list' });
  if (faults.length > 0) return { faults };
  const script = file === null ? null : readFileSync(join(folder, file), 'utf8');
  return { source: { definition, script, examples: examples as unknown[] } };
}

/** The script of a folder; null when it has none. */
export function scriptFile(folder: string): string | 'several' | null {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.js')) : [];
  if (files.includes('codec.js')) return 'codec.js';
  return files.length > 1 ? 'several' : (files[0] ?? null);
}

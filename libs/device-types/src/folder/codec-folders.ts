import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import { checkDeviceType } from '../definition/check-definition.js';
import type { DeviceType } from '../definition/device-type.js';
import { isObject } from '../definition/shape.js';
import { type CodecExample, readExamples } from '../examples/example.js';
import type { Script, ScriptFunction } from '../sandbox/protocol.js';
import { DEFINITION_FILE, EXAMPLES_FILE, readDeviceTypeFolder, scriptFile } from './device-type-folder.js';

/** A codec with its examples, in whichever layout it was found. */
export interface FoundCodec {
  /** Path of the file that describes it, from the folder that was walked. */
  readonly name: string;
  /** Scripts with the examples of each: uplinks and downlinks may have files of their own. */
  readonly parts: readonly { readonly script: Script; readonly examples: readonly CodecExample[] }[];
  /** When the folder is one of a device type. */
  readonly type?: DeviceType;
  /** Why it, or a part of it, cannot be run. */
  readonly faults: readonly string[];
}

const YAML_PARTS: readonly [string, ScriptFunction][] = [
  ['uplinkDecoder', 'decodeUplink'],
  ['downlinkEncoder', 'encodeDownlink'],
  ['downlinkDecoder', 'decodeDownlink'],
];

/**
 * Codecs in a folder and those below it:
 *
 * - `device-type.json`: a device type of ours;
 * - YAML with `uplinkDecoder`, `downlinkEncoder` or `downlinkDecoder`: the layout of public device repositories;
 * - `examples.json` beside one script: a package of TS013.
 */
export function findCodecs(root: string): FoundCodec[] {
  const found: FoundCodec[] = [];
  walk(root, root, found);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function walk(root: string, folder: string, found: FoundCodec[]): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  if (files.includes(DEFINITION_FILE)) found.push(deviceTypeCodec(root, folder));
  else if (files.includes(EXAMPLES_FILE)) found.push(packageCodec(root, folder));
  for (const file of files.filter((name) => /\.ya?ml$/.test(name))) {
    const codec = yamlCodec(root, join(folder, file));
    if (codec !== null) found.push(codec);
  }
  for (const entry of entries)
    if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
      walk(root, join(folder, entry.name), found);
}

function deviceTypeCodec(root: string, folder: string): FoundCodec {
  const name = relative(root, join(folder, DEFINITION_FILE));
  const { source, faults } = readDeviceTypeFolder(folder);
  const checked = source === undefined ? { faults } : checkDeviceType(source);
  if (!('type' in checked) || checked.type === undefined)
    return { name, parts: [], faults: (checked.faults ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`) };
  const { type } = checked;
  const read = readExamples(type.examples);
  return {
    name,
    parts: type.script === null ? [] : [{ script: type.script, examples: read.examples }],
    type,
    faults: read.faults.map(({ pointer, detail }) => `${EXAMPLES_FILE}${pointer} ${detail}`),
  };
}

function packageCodec(root: string, folder: string): FoundCodec {
  const name = relative(root, join(folder, EXAMPLES_FILE));
  const file =
    scriptFile(folder) === 'several' && existsSync(join(folder, 'index.js')) ? 'index.js' : scriptFile(folder);
  if (file === null || file === 'several')
    return {
      name,
      parts: [],
      faults: [file === null ? 'there is no script beside it' : 'there are several scripts beside it'],
    };
  try {
    const read = readExamples(JSON.parse(readFileSync(join(folder, EXAMPLES_FILE), 'utf8')));
    const parts = [{ script: scriptAt(join(folder, file)), examples: read.examples }];
    return { name, parts, faults: read.faults.map(({ pointer, detail }) => `${pointer} ${detail}`) };
  } catch (error) {
    return { name, parts: [], faults: [(error as Error).message] };
  }
}

/** Null for YAML that describes something else. */
function yamlCodec(root: string, path: string): FoundCodec | null {
  const name = relative(root, path);
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return /-codec\.ya?ml$/.test(path) ? { name, parts: [], faults: [(error as Error).message] } : null;
  }
  if (!isObject(document) || !YAML_PARTS.some(([part]) => isObject((document as Record<string, unknown>)[part])))
    return null;
  const parts: { script: Script; examples: readonly CodecExample[] }[] = [];
  const faults: string[] = [];
  for (const [part, fn] of YAML_PARTS) {
    const section = document[part];
    if (!isObject(section)) continue;
    const { fileName, examples = [] } = section;
    const script = typeof fileName === 'string' ? join(dirname(path), fileName) : null;
    if (script === null || !existsSync(script)) {
      faults.push(`${part}: there is no file '${String(fileName)}'`);
      continue;
    }
    const read = readExamples(examples ?? [], fn);
    faults.push(...read.faults.map(({ pointer, detail }) => `${part}/examples${pointer}: ${detail}`));
    parts.push({ script: scriptAt(script), examples: read.examples });
  }
  return { name, parts, faults };
}

/** @throws Error when the file cannot be read */
export function scriptAt(path: string): Script {
  const source = readFileSync(path, 'utf8');
  return { source, revision: createHash('sha256').update(source).digest('hex') };
}

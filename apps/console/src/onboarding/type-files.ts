import type { DeviceTypeUpload } from '../api/device-types';

interface NamedText {
  readonly name: string;
  readonly text: string;
}

export type ReadFiles = { readonly type: DeviceTypeUpload } | { readonly missing: true } | { readonly notJson: string };

/** The files of a folder of a device type, told apart by their names: device-type.json, examples.json and a script. */
export function readTypeFiles(files: readonly NamedText[]): ReadFiles {
  const json = new Map<string, unknown>();
  for (const { name, text } of files.filter((file) => file.name.endsWith('.json'))) {
    try {
      json.set(name, JSON.parse(text));
    } catch {
      return { notJson: name };
    }
  }
  const examples = json.get('examples.json');
  const definition = [...json].find(([name]) => name !== 'examples.json')?.[1];
  if (definition === undefined) return { missing: true };
  return {
    type: {
      definition,
      script: files.find(({ name }) => name.endsWith('.js'))?.text ?? null,
      examples: Array.isArray(examples) ? (examples as unknown[]) : [],
    },
  };
}

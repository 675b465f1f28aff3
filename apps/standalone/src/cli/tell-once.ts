import { rmSync, writeFileSync } from 'node:fs';

/**
 * Writes keys or codes that are told once to a new file (mode 0600), or shows them when none is named. The file is made before they are:
 * where nothing can be written, nothing must be made that would be lost with it. It is taken away again when nothing came.
 */
export async function tellOnce(path: string | undefined, make: () => Promise<string | null>): Promise<void> {
  if (path === undefined) {
    const text = await make();
    if (text !== null) console.log(text);
    return;
  }
  writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  let text: string | null = null;
  try {
    text = await make();
  } finally {
    if (text === null) rmSync(path);
    else writeFileSync(path, text);
  }
}

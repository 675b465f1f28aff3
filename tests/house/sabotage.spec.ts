import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATCHES = readdirSync(`${ROOT}/tests/kill/sabotage`).filter((file) => file.endsWith('.patch'));

/** The kill test is shown to go red with these; a patch that has fallen behind the code would show nothing. */
describe('sabotage of the kill test', () => {
  it.each(PATCHES)('%s still applies', (patch) => {
    const check = (): Buffer =>
      execFileSync('git', ['apply', '--check', `tests/kill/sabotage/${patch}`], { cwd: ROOT, stdio: 'pipe' });
    expect(check).not.toThrow();
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/**
 * Tests the kill test: applies each patch of `sabotage/` to a copy of the tracked files, builds the copy and runs the kill test
 * there. It has to go red for every one. `node dist/tests/kill/sabotage.js [options of the kill test]`, in the project's root.
 */
const PATCHES = resolve('tests/kill/sabotage');
const args = process.argv.slice(2);

const outcomes = readdirSync(PATCHES)
  .filter((name) => name.endsWith('.patch'))
  .sort()
  .map((name) => ({ name: basename(name, '.patch'), red: goesRed(join(PATCHES, name)) }));
for (const { name, red } of outcomes) console.log(`${name}: ${red ? 'went red, as it has to' : 'WAS NOT NOTICED'}`);
process.exit(outcomes.every(({ red }) => red) ? 0 : 1);

function goesRed(patch: string): boolean {
  const copy = mkdtempSync(join(tmpdir(), 'lamplighter-sabotage-'));
  try {
    copyProject(copy);
    run(copy, 'git', ['apply', '-C1', patch]);
    run(copy, process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
    // Tells scripts/run.mjs that the copy is built.
    writeFileSync(join(copy, 'dist/.built'), '');
    console.log(`\n${basename(patch)}`);
    // Exit code 1 is a finding; anything else means that the test itself broke.
    return (
      spawnSync(process.execPath, ['dist/tests/kill/main.js', ...args], { cwd: copy, stdio: 'inherit' }).status === 1
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function copyProject(copy: string): void {
  const tracked = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
  for (const file of tracked.split('\0').filter((name) => name !== '')) {
    cpSync(file, join(copy, file), { preserveTimestamps: true });
  }
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  // scripts/run.mjs installs when the lock file is newer than what is installed; in the copy that would be the project's own
  // packages, through the link.
  utimesSync(join(copy, 'package-lock.json'), 0, 0);
}

function run(directory: string, command: string, parameters: readonly string[]): void {
  const { status } = spawnSync(command, parameters, { cwd: directory, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} failed with exit code ${status}`);
}

#!/usr/bin/env node
// Runs a task of the project and first installs and builds whatever is missing, so that a bare Node and npm are enough.
// Plain JavaScript with Node's own modules only: it has to run before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_FLOOR = [20, 19];
const SOURCES = [
  'apps',
  'libs',
  'simulators',
  'benchmarks',
  'tests',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'package-lock.json',
];

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function run(command, args, environment = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } });
  if (result.error) fail(`${command} could not be started: ${result.error.message}`);
  if (result.signal) process.kill(process.pid, result.signal);
  return result.status ?? 1;
}

function step(label, command, args) {
  const started = performance.now();
  process.stderr.write(`lamplighter: ${label} ...\n`);
  const status = run(command, args);
  if (status !== 0) fail(`lamplighter: ${label} failed with exit code ${status}; the lines above say why.`);
  process.stderr.write(`lamplighter: ${label} took ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor < NODE_FLOOR[1])) {
    fail(`Lamplighter needs Node ${NODE_FLOOR.join('.')} or newer; this is ${process.versions.node}.`);
  }
}

/** npm writes node_modules/.package-lock.json at the end of an installation: its age tells whether the lock file has changed since. */
function install() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs) return;
  step('installing packages (a minute or two, the first time)', 'npm', [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
}

function newestChange(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  let newest = stat.mtimeMs;
  for (const entry of readdirSync(path)) {
    if (entry === 'node_modules' || entry === 'dist') continue;
    newest = Math.max(newest, newestChange(join(path, entry)));
  }
  return newest;
}

function build() {
  const stamp = join(root, 'dist', '.built');
  const changed = Math.max(...SOURCES.map((source) => newestChange(join(root, source))));
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= changed) return;
  step('compiling', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
  if (existsSync(join(root, 'apps/console/vite.config.ts'))) {
    step('building the console', process.execPath, [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'apps/console/vite.config.ts',
      '--logLevel',
      'warn',
    ]);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}

const node = (...args) => run(process.execPath, args);
const jest = (...args) =>
  run(process.execPath, ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...args], {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --no-warnings`.trim(),
  });

/** In this very process, so that signals reach the supervisor and the exit code is its own. */
async function commandLine(args) {
  const { main } = await import('../dist/apps/standalone/src/cli/main.js');
  return main(args);
}

/** npm passes a signal to the shell in between only, which ends without its child: `kill` of npm would leave a platform behind. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

const TASKS = {
  build: () => 0,
  start: (args) => {
    endWithNpm();
    return commandLine(['start', ...args]);
  },
  cli: (args) => commandLine(args),
  test: (args) => jest(...args),
  e2e: (args) => jest('tests/browser', ...args),
  bench: (args) => node('dist/benchmarks/src/main.js', ...args),
  'test:kill': (args) => node('dist/tests/kill/main.js', ...args),
  lint: (args) => {
    const eslint = node('node_modules/eslint/bin/eslint.js', '.', ...args);
    const cruise = node(
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      'apps',
      'libs',
      'simulators',
      'benchmarks',
      'tests',
    );
    return eslint || cruise;
  },
  typecheck: () =>
    node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json') ||
    node('node_modules/typescript/bin/tsc', '-p', 'apps/console/tsconfig.json'),
};
const NEED_NO_BUILD = new Set(['lint', 'typecheck']);

const [task, ...args] = process.argv.slice(2);
if (!Object.hasOwn(TASKS, task ?? ''))
  fail(`usage: node scripts/run.mjs <${Object.keys(TASKS).join('|')}> [arguments]`);
requireNode();
install();
if (!NEED_NO_BUILD.has(task)) build();
process.exit(await TASKS[task](args));

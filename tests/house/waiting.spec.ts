import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What tests wait with stands once, in `#core/testing`: it is patient, and its failure says what was waited for and what was seen. */
const OWN_WAYS: readonly (readonly [what: string, RegExp])[] = [
  ['a sleep of its own', /setTimeout\(\s*(?:resolve|done|next|wake)\b/],
  ['a deadline of its own', /(?:performance\.now|Date\.now|monotonic)\(\) (?:>|>=|<|<=) (?:deadline|giveUpAt)\b/],
];
/** These measure or are told when something comes, and so cannot look for it. */
const MEASURING = [
  'apps/broker/src/testing/mqtt-connection.ts',
  'tests/acceptance/stream-client.ts',
  'tests/servers/postgres.server.ts',
];

function testFiles(): string[] {
  return ['apps', 'libs', 'simulators', 'tests']
    .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => join(root, path)))
    .filter((path) => !/node_modules|(^|\/)dist\/|^libs\/core\/src\/testing\//.test(path))
    .filter((path) => /\.spec\.tsx?$|\.contract\.ts$|\/(?:testing|test)\/.*\.ts$|^tests\/.*\.ts$/.test(path))
    .filter((path) => !path.startsWith('tests/kill/') && !path.endsWith('waiting.spec.ts'));
}

const faults = (path: string, text: string): string[] =>
  MEASURING.includes(path) ? [] : OWN_WAYS.flatMap(([what, way]) => (way.test(text) ? [`${path} has ${what}`] : []));

describe('tests wait by the shared piece', () => {
  it('and none has a way of its own', () => {
    const files = testFiles();
    expect(files.length).toBeGreaterThan(150);
    expect(files.flatMap((path) => faults(path, readFileSync(path, 'utf8')))).toEqual([]);
  });

  it('which is seen where it is not so', () => {
    const sleep = 'await new Promise((resolve) => setTimeout(resolve, 400));';
    expect(faults('a.spec.ts', sleep)).toEqual(['a.spec.ts has a sleep of its own']);
    expect(faults('a.spec.ts', 'if (performance.now() > deadline) throw new Error();')).toHaveLength(1);
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { kindOfModule } from './catalogue.js';
import { compileValidator } from './compile-validator.js';
import type { Kind } from './kind.js';
import { simulationContext } from './simulation-context.fixture.js';

const GUIDE = readFileSync(new URL('../../../docs/guides/write-a-kind.md', import.meta.url), 'utf8');
const FILE = 'fire-hydrant.kind.ts';

/** JSON documents of the guide, in pairs: a payload, and what becomes of it. */
const fixtures = [...GUIDE.matchAll(/^ {4}(\{"ts".*\})\n {4}(\{.*\})$/gm)].map(
  ([, payload, expected]) => [JSON.parse(payload!), JSON.parse(expected!)] as const,
);

describe('the kind of the guide', () => {
  const parent = new URL('../.cache/', import.meta.url);
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(new URL('guide-', parent).pathname);
  let kind: Kind;

  beforeAll(async () => {
    const [, source] = /```ts\n([\s\S]*?)```/.exec(GUIDE)!;
    // It lies two folders away from where the guide puts it, so that the catalogue of other suites does not find it.
    writeFileSync(`${directory}/${FILE}`, source!.replaceAll("from './", "from '../../src/"));
    kind = kindOfModule(FILE, (await import(pathToFileURL(`${directory}/${FILE}`).href)) as Record<string, unknown>);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('simulates every metric that it declares, and readings that its validator takes', () => {
    const readings = Array.from({ length: 100 }, (_, seed) => kind.simulate(simulationContext(seed)));
    const out = new Float64Array(kind.metrics.length);
    for (const values of readings) expect(compileValidator(kind)(values, out, '')).toBeNull();
    expect(Object.keys(readings[0]!).sort()).toEqual(kind.metrics.map(({ name }) => name).sort());
  });

  it('has fixtures', () => expect(fixtures).toHaveLength(2));

  it.each(fixtures)('takes %j as the guide says', ({ values: sent }: { values: Record<string, unknown> }, expected) => {
    const out = new Float64Array(kind.metrics.length);
    const rejections = (compileValidator(kind)(sent, out, '') ?? []).map(({ code, pointer }) => ({ code, pointer }));
    const values = Object.fromEntries(
      kind.metrics.flatMap(({ name }, i) => (Number.isNaN(out[i]!) ? [] : [[name, out[i]]])),
    );
    expect({ values, rejections }).toEqual(expected);
  });
});

import { readFileSync } from 'node:fs';
import { ERRORS, RETIRED_CODES, type ErrorEntry } from '#core';

/** `docs/errors.md` has one table row per code: `| code | status | title | remedy |`, in sections by family. */
function documented(): Map<string, { status: string; title: string; remedy: string }> {
  const rows = new Map<string, { status: string; title: string; remedy: string }>();
  for (const line of readFileSync('docs/errors.md', 'utf8').split('\n')) {
    const row = /^\| `([a-z0-9-]+)` \| (\S*) ?\| (.+) \| (.+) \|$/.exec(line);
    if (row) rows.set(row[1]!, { status: row[2]!, title: row[3]!, remedy: row[4]! });
  }
  return rows;
}

const catalogue = Object.entries(ERRORS as Record<string, ErrorEntry>);

describe('the error catalogue and docs/errors.md say the same', () => {
  const docs = documented();

  it.each(catalogue)('%s is documented as it is', (code, entry) => {
    expect(docs.get(code)).toEqual({
      status: entry.status === undefined ? '' : String(entry.status),
      title: entry.title,
      remedy: entry.remedy,
    });
  });

  it('documents no code that does not exist', () => {
    expect([...docs.keys()].filter((code) => !(code in ERRORS))).toEqual([]);
  });

  it('never uses a retired code again', () => {
    expect(RETIRED_CODES.filter((code) => code in ERRORS)).toEqual([]);
  });
});

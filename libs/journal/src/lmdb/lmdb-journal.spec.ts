import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournal } from '../journal.contract.js';
import { openJournal } from './index.js';

describeJournal('lmdb', () => {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  return Promise.resolve({
    open: (options) => openJournal(join(directory, 'journal'), options),
    discard: () => Promise.resolve(rmSync(directory, { recursive: true, force: true })),
  });
});

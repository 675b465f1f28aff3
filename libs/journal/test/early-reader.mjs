/** `early-reader.mjs DIRECTORY`: asks again and again for a journal that nobody has created, and says how often it was told so. */
import { openJournalReader } from '../src/lmdb/index.ts';

const [directory] = process.argv.slice(2);
let refusals = 0;
for (let attempt = 0; attempt < 50; attempt++) {
  await openJournalReader(directory).catch((error) => (refusals += error.code === 'journal-unwritable' ? 1 : 0));
}
console.log(`refused ${refusals}`);

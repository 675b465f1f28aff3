export { openJournal, type LmdbJournalOptions } from './lmdb-journal.js';
export { openJournalReader } from './lmdb-journal-reader.js';

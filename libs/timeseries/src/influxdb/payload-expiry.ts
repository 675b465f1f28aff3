import { DeadLetterReader } from './dead-letters.query.js';
import { emptiedLetterLine } from './dead-letter-lines.js';
import type { FluxReader } from './flux.js';
import type { LedgerReader } from './ledger.js';
import type { InfluxWriter } from './writer.js';

/** Letters whose bodies are read and written again at once. */
const LETTERS_PER_STEP = 200;

/**
 * Empties old dead letters by writing their points again: the body without the payload and without words that may quote it, and a mark
 * that it was done. A point of the same series and time takes the place of the one before, so nothing of the body is left to be read.
 */
export class PayloadExpiry {
  private readonly letters: DeadLetterReader;

  constructor(
    reader: FluxReader,
    ledger: LedgerReader,
    private readonly writer: InfluxWriter,
  ) {
    this.letters = new DeadLetterReader(reader, ledger);
  }

  /** @returns the number of letters that held something */
  async run(before: number, kind: string | null): Promise<number> {
    let emptied = 0;
    for (;;) {
      const letters = await this.letters.unexpired(before, kind, LETTERS_PER_STEP);
      if (letters.length === 0) return emptied;
      await this.writer.write(letters.map(emptiedLetterLine));
      emptied += letters.filter(({ payload }) => payload.length > 0).length;
    }
  }
}

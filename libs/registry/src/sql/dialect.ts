import type { Dialect, Expression, SelectQueryBuilder, SqlBool, Transaction } from 'kysely';
import type { RegistrySchema } from './schema.js';

/** All that the one implementation has to know of the engine under it. */
export interface RegistryDialect {
  readonly kysely: Dialect;
  /** Column types that the engines name differently. */
  readonly types: {
    /** Text that sorts by bytes, so that pages by id have the same order everywhere. */
    readonly key: string;
    readonly runningNumber: string;
    readonly wholeNumber: string;
    readonly real: string;
  };
  /**
   * Makes others who read these rows to change them wait for the end of the transaction. Without it PostgreSQL lets two read the same
   * row, and the one who writes last takes back what the other has written.
   */
  readToChange<DB, TB extends keyof DB, O>(select: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O>;
  /** `column` is one of the values, however many they are. */
  isOneOf(column: Expression<string>, values: readonly string[]): Expression<SqlBool>;
  /**
   * Makes the transaction wait until no other transaction holds the lock of this name, and hold it until it ends.
   *
   * Running numbers are handed out before they are committed. Without the lock a number could become visible after a
   * higher one, and a reader that remembers the highest it saw would never see it.
   */
  lockForAppend(transaction: Transaction<RegistrySchema>, name: 'changes' | 'transitions'): Promise<void>;
}

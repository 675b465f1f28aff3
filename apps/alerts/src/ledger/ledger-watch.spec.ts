import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { EvaluationChange } from '#registry';
import { LedgerWatch } from './ledger-watch.js';

/** One hour of one source; the numbers are what a spec turns. */
function watchOver(books: {
  journalled: number;
  head: number;
  position: number;
  stored: number;
  deadLetters: number;
}): {
  watch: LedgerWatch;
  changes: EvaluationChange[];
} {
  const changes: EvaluationChange[] = [];
  let saved: string | null = null;
  let now = 1_000;
  const watch = new LedgerWatch({
    journal: {
      tally: () => Promise.resolve([{ source: 'GF1', hour: 0, messages: books.journalled }]),
      state: () => ({ condition: 'writable', nextSequence: books.head, bytes: 0, maxBytes: 1, corruptRecords: 0 }),
    },
    store: {
      outcomes: () =>
        Promise.resolve([
          { source: '', hour: 0, stored: books.stored, duplicates: 0, deadLetters: { 'bad-json': books.deadLetters } },
        ]),
      position: () => Promise.resolve({ next: { frame: 1, index: 0 }, nextSequence: books.position }),
    },
    alarms: {
      applyEvaluation: (given, { state }) => {
        changes.push(...given);
        saved = state;
        return Promise.resolve([]);
      },
    },
    state: { get: () => Promise.resolve(saved) },
    clock: { now: () => (now += 1), monotonic: () => now },
    logger: pino({ level: 'silent' }),
    onTransitions: () => undefined,
  });
  return { watch, changes };
}

const check = async (watch: LedgerWatch, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) await watch.check();
};

describe('LedgerWatch', () => {
  it('is silent while the books balance, backlog included', async () => {
    const { watch, changes } = watchOver({ journalled: 100, head: 100, position: 90, stored: 85, deadLetters: 5 });
    await check(watch, 5);
    expect(changes).toEqual([]);
  });

  it('raises one critical alarm when a message is missing for good, and clears it when it is found', async () => {
    const books = { journalled: 100, head: 100, position: 100, stored: 94, deadLetters: 5 };
    const { watch, changes } = watchOver(books);
    await check(watch, 2);
    expect(changes).toEqual([]);
    await check(watch, 4);
    expect(changes).toMatchObject([
      { type: 'raise', alarm: { rule: 'ledger-unaccounted', severity: 'critical', department: 'platform', value: 1 } },
    ]);
    books.stored = 95;
    await check(watch, 2);
    expect(changes.slice(1)).toMatchObject([{ type: 'clear', value: 0 }]);
  });

  it.each([
    ['counted twice by the store', { stored: 96 }],
    ['not counted by the tally', { journalled: 99 }],
  ])('notices a message that is %s', async (_case, change) => {
    const { watch, changes } = watchOver({
      journalled: 100,
      head: 100,
      position: 100,
      stored: 95,
      deadLetters: 5,
      ...change,
    });
    await check(watch, 3);
    expect(changes).toMatchObject([{ type: 'raise', alarm: { value: -1 } }]);
  });
});

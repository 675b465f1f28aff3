import { describe, expect, it } from '@jest/globals';
import type { DeadLetter } from '#core';
import type { DeadLetterGroupQuery, DeadLetterQuery, TelemetryStore } from '../telemetry-store.js';
import type { StoreContext } from './samples.contract.js';
import { commitOf, deadLetter, outcome, resolved, T0 } from './samples.contract.js';

const badJson = (sequence: number): DeadLetter =>
  deadLetter(sequence, {
    source: 'gateway',
    device: 'aa',
    department: null,
    kind: null,
    topic: 'application/a',
    rejections: [{ code: 'bad-json', pointer: '', detail: 'No JSON.' }],
  });

/** Letters of messages 0 to 5; messages 6 to 8 replay those of 0, 1 and 3. */
export function describeReplays(context: StoreContext): void {
  const letters = [
    deadLetter(0),
    deadLetter(1, { device: 'toilet-1', kind: 'toilet', department: 'fehd', source: 'toilet-1' }),
    deadLetter(2, { partial: true }),
    badJson(3),
    badJson(4),
    { ...deadLetter(5), id: '5-1' },
  ];
  const again = { ...badJson(8), receivedAt: letters[3]!.receivedAt };
  const replays = commitOf({
    deadLetters: [again],
    resolutions: [
      resolved(letters[0]!, 6),
      resolved(letters[1]!, 7, { outcome: 'duplicate' }),
      resolved(letters[3]!, 8, { outcome: 'dead-letter', job: 'job "2" \\' }),
    ],
    outcomes: [outcome('lamp-1', 1, 1), outcome('toilet-1', 1, 0, 1), outcome('gateway', 1, 0, 0, { 'bad-json': 1 })],
    next: 9,
  });
  const refuse = (store: TelemetryStore) => store.commit(commitOf({ deadLetters: letters, next: 6 }));
  const store = async (): Promise<TelemetryStore> => {
    await refuse(context.opened.store);
    await context.opened.store.commit(replays);
    return context.opened.store;
  };
  const ids = async (from: TelemetryStore, query: Partial<DeadLetterQuery>) =>
    (await from.deadLetters({ departments: null, limit: 100, ...query })).deadLetters.map(({ id }) => id);
  const groups = async (from: TelemetryStore, query: Partial<DeadLetterGroupQuery>) =>
    from.deadLetterGroups({ departments: null, by: ['code'], limit: 100, ...query });

  describe('resolutions of replayed letters', () => {
    it('are shown with the letter, and tell open letters from resolved ones', async () => {
      const telemetry = await store();
      expect(await ids(telemetry, { open: true })).toEqual(['5-1', '4-0', '8-0', '2-0']);
      const { deadLetters } = await telemetry.deadLetters({ departments: null, open: false, limit: 100 });
      expect(deadLetters.map(({ id, resolution }) => [id, resolution])).toEqual([
        ['3-0', { outcome: 'dead-letter', sequence: 8, at: T0 + 103_000, job: 'job "2" \\' }],
        ['1-0', { outcome: 'duplicate', sequence: 7, at: T0 + 101_000, job: 'job-1' }],
        ['0-0', { outcome: 'stored', sequence: 6, at: T0 + 100_000, job: 'job-1' }],
      ]);
      expect((await telemetry.deadLetters({ departments: ['fehd'], limit: 10 })).deadLetters).toMatchObject([
        { id: '1-0', resolution: { outcome: 'duplicate' } },
      ]);
    });

    it('are paged when only open letters are asked for', async () => {
      const telemetry = await store();
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await telemetry.deadLetters({ departments: null, open: true, limit: 1, ...(cursor === undefined ? {} : { cursor }) }); // prettier-ignore
        seen.push(...page.deadLetters.map(({ id }) => id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(['5-1', '4-0', '8-0', '2-0']);
    });

    it('count by job, and say which letters a job has replayed', async () => {
      const telemetry = await store();
      expect(await telemetry.replayOutcomes('job-1')).toEqual({ stored: 1, duplicates: 1, deadLetters: 0 });
      expect(await telemetry.replayOutcomes('job "2" \\')).toEqual({ stored: 0, duplicates: 0, deadLetters: 1 });
      expect(await telemetry.replayOutcomes('none')).toEqual({ stored: 0, duplicates: 0, deadLetters: 0 });
      const keys = letters.map((letter) => resolved(letter, 0).letter);
      expect((await telemetry.findReplayed('job-1', keys)).sort()).toEqual(['0-0', '1-0']);
      expect(await telemetry.findReplayed('job-1', keys.slice(2))).toEqual([]);
      expect(await telemetry.findReplayed('job-1', [])).toEqual([]);
    });

    it('give way to newer ones of the same letter', async () => {
      const telemetry = await store();
      await telemetry.commit(
        commitOf({
          resolutions: [resolved(letters[0]!, 9, { outcome: 'duplicate', job: 'later' })],
          outcomes: [outcome('lamp-1', 1, 0, 1)],
          next: 10,
        }),
      );
      expect(await telemetry.replayOutcomes('job-1')).toEqual({ stored: 0, duplicates: 1, deadLetters: 0 });
      expect(await telemetry.replayOutcomes('later')).toEqual({ stored: 0, duplicates: 1, deadLetters: 0 });
      expect(await ids(telemetry, { open: false, to: T0 + 1 })).toEqual(['0-0']);
    });

    it('happen once with the rest of their commit, or not at all', async () => {
      await refuse(context.opened.store);
      await context.opened.interrupt(replays).catch(() => undefined);
      const reopened = await context.opened.reopen();
      expect(await ids(reopened, { open: false })).toEqual([]);
      expect(await reopened.findReplayed('job-1', [resolved(letters[0]!, 0).letter])).toEqual([]);
      await reopened.commit(replays);
      await reopened.commit(replays);
      expect(await ids(reopened, { open: true })).toEqual(['5-1', '4-0', '8-0', '2-0']);
      expect(await reopened.replayOutcomes('job-1')).toEqual({ stored: 1, duplicates: 1, deadLetters: 0 });
    });
  });

  describe('deadLetterGroups', () => {
    it('counts letters and open ones, the largest group first', async () => {
      const telemetry = await store();
      expect(await groups(telemetry, {})).toEqual([
        { key: { code: 'out-of-range' }, letters: 4, open: 2, first: T0, last: T0 + 5000, example: '5-1' },
        { key: { code: 'bad-json' }, letters: 3, open: 2, first: T0 + 3000, last: T0 + 4000, example: '4-0' },
      ]);
    });

    it.each<[string, Partial<DeadLetterGroupQuery>, [(string | null)[], number][]]>([
      [
        'only open ones',
        { open: true },
        [
          [['bad-json'], 2],
          [['out-of-range'], 2],
        ],
      ],
      [
        'by device',
        { by: ['device'], open: true },
        [
          [['aa'], 2],
          [['lamp-1'], 2],
        ],
      ],
      [
        'by kind',
        { by: ['kind'] },
        [
          [[null], 3],
          [['weather'], 3],
          [['toilet'], 1],
        ],
      ],
      [
        'by source and code',
        { by: ['source', 'code'], open: false },
        [
          [['gateway', 'bad-json'], 1],
          [['lamp-1', 'out-of-range'], 1],
          [['toilet-1', 'out-of-range'], 1],
        ],
      ],
      ['of letters that have none of what is named', { by: ['device'], without: ['kind'], open: true }, [[['aa'], 2]]],
      ['by topic', { by: ['topic'], code: 'bad-json' }, [[['application/a'], 3]]],
      ['of departments', { departments: ['fehd'] }, [[['out-of-range'], 1]]],
      ['of no department', { departments: [] }, []],
      ['as many as asked for', { by: ['kind'], limit: 1 }, [[[null], 3]]],
      ['of everything together', { by: [] }, [[[], 7]]],
      ['of nothing together', { by: [], device: 'nobody' }, [[[], 0]]],
      [
        'with the filters of the list',
        { from: T0 + 1000, beforeSequence: 5, kind: 'weather', partial: true },
        [[['out-of-range'], 1]],
      ],
    ])('gives groups %s', async (_, query, expected) => {
      const found = await groups(await store(), query);
      expect(found.map(({ key, letters: count }) => [Object.values(key), count])).toEqual(expected);
    });
  });
}

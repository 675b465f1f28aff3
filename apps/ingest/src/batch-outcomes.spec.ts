import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeviceIdentity, JournalRecord } from '#core';
import type { JournalBatch } from '#journal';
import { BatchOutcomes } from './batch-outcomes.js';

const HOUR_MS = 3_600_000;
const device: DeviceIdentity = {
  id: 'GF3637',
  kind: 'smart-lamppost',
  department: 'hyd',
  district: 'A',
  latitude: 22,
  longitude: 114,
};
const record = (sequence: number, source = 'GF3637', receivedAt = HOUR_MS): JournalRecord => ({
  sequence,
  frame: 1,
  index: sequence,
  source,
  topic: 't',
  payload: new Uint8Array(),
  receivedAt,
});
const batchOf = (records: readonly JournalRecord[], corrupt: JournalBatch['corrupt'] = []): JournalBatch => ({
  records,
  corrupt,
  next: { frame: 2, index: 0 },
  nextSequence: Math.max(...records.map((r) => r.sequence), ...corrupt.map((r) => r.sequence)) + 1,
});
const bad = [{ code: 'bad-time', pointer: '/1/ts', detail: 'Bad.' }];

describe('what became of a message', () => {
  type Step = 'stored' | 'duplicate' | 'failed';
  it.each<[readonly Step[], string, boolean | null]>([
    [['stored'], 'stored', null],
    [['stored', 'duplicate'], 'stored', null],
    [['stored', 'failed'], 'stored', true],
    [['failed', 'duplicate', 'stored'], 'stored', true],
    [['duplicate'], 'duplicate', null],
    [['duplicate', 'failed'], 'dead-letter', false],
    [['failed', 'failed'], 'dead-letter', false],
    [[], 'dead-letter', false],
  ])('of %j is %s', (steps, outcome, partial) => {
    const message = record(7);
    const outcomes = new BatchOutcomes(batchOf([message]));
    for (const step of steps) {
      if (step === 'failed') outcomes.failed(message, bad, device);
      else outcomes[step](message);
    }
    const [count] = outcomes.counts();
    const code = steps.length === 0 ? 'processing-failed' : 'bad-time';
    expect(count).toMatchObject({
      source: 'GF3637',
      hour: 1,
      stored: outcome === 'stored' ? 1 : 0,
      duplicates: outcome === 'duplicate' ? 1 : 0,
      deadLetters: outcome === 'dead-letter' ? { [code]: 1 } : {},
    });
    expect(outcomes.deadLetters().map((letter) => letter.partial)).toEqual(partial === null ? [] : [partial]);
  });

  it('does not report the metrics of a repetition again', () => {
    const message = record(0);
    const outcomes = new BatchOutcomes(batchOf([message]));
    outcomes.duplicate(message);
    expect(outcomes.deadLetters()).toEqual([]);
  });

  it('gives every message exactly one outcome, whatever happens, by source and hour', () => {
    const steps = fc.array(
      fc.tuple(
        fc.nat(19),
        fc.constantFrom('stored' as const, 'duplicate' as const, 'failed' as const, 'broken' as const),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, fc.nat(1_000), fc.nat(20), (list, first, cut) => {
        const records = Array.from({ length: 20 }, (_, i) => record(first + i, `d${i % 3}`, (i % 2) * HOUR_MS));
        const corrupt = [
          { sequence: first + 20, frame: 1, index: 20, bytes: new Uint8Array(), reason: 'checksum', receivedAt: 0 },
        ];
        const outcomes = new BatchOutcomes(batchOf(records, corrupt));
        for (const [at, step] of list) {
          if (step === 'failed') outcomes.failed(records[at]!, bad, device);
          else if (step === 'broken') outcomes.broken(records[at]!, new Error('x'));
          else outcomes[step](records[at]!);
        }
        const sum = (from?: number, to?: number): number =>
          outcomes
            .counts(from, to)
            .reduce(
              (total, c) => total + c.stored + c.duplicates + Object.values(c.deadLetters).reduce((a, b) => a + b, 0),
              0,
            );
        expect(sum()).toBe(21);
        expect(sum(0, cut) + sum(cut)).toBe(21);
        const letters = outcomes.deadLetters();
        expect([...outcomes.deadLetters(0, cut), ...outcomes.deadLetters(cut)]).toEqual(letters);
        expect(new Set(letters.map((letter) => letter.id)).size).toBe(letters.length);
        const whole = letters.filter((letter) => !letter.partial).length;
        const counted = outcomes
          .counts()
          .flatMap((c) => Object.values(c.deadLetters))
          .reduce((a, b) => a + b, 0);
        expect(counted).toBe(whole);
      }),
    );
  });

  it('lists the first fifty rejections and counts the others', () => {
    const message = record(0);
    const outcomes = new BatchOutcomes(batchOf([message]));
    outcomes.failed(
      message,
      Array.from({ length: 60 }, () => bad[0]!),
      device,
    );
    const [letter] = outcomes.deadLetters();
    expect(letter!.rejections).toHaveLength(51);
    expect(letter!.rejections.at(-1)!.detail).toBe('10 more rejections are not listed.');
  });
});

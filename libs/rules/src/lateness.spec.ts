import { describe, expect, it } from '@jest/globals';
import type { AlarmDefault } from '#kinds';
import type { EvaluatorState } from './evaluator-state.js';
import type { AlarmChange } from './rule.js';
import { RuleEvaluator } from './rule-evaluator.js';
import { absence, batchOf, identity, kindWith, threshold } from './testing/probe-kind.js';

/** What is of the past when it comes (ADR 015). */

const MINUTE = 60_000;
const hot = threshold();
const brief = (changes: readonly AlarmChange[]): string[] =>
  changes.map((change) => `${change.type} ${change.type === 'raise' ? change.alarm.id : change.alarm}`);

describe('replayed readings', () => {
  const letters = (...times: readonly number[]) =>
    batchOf(times.map((time) => ({ time, sequence: 50 + time, temperature: 60 })));
  const known = (state?: EvaluatorState): RuleEvaluator => {
    const evaluator = new RuleEvaluator({ kinds: [kindWith(hot, absence)], rules: [], ...(state && { state }) });
    evaluator.register({ ...identity('A'), intervalMs: null, enabled: true, createdAt: 0 }, 0);
    return evaluator;
  };
  /** A new process, to which the store says when it has the newest reading from. */
  const restarted = (before: RuleEvaluator, receivedAt: number): RuleEvaluator => {
    const evaluator = known(JSON.parse(JSON.stringify(before.save())) as EvaluatorState);
    evaluator.recall([{ device: 'A', receivedAt, values: { temperature: { time: receivedAt } } }]);
    return evaluator;
  };
  const absences = (evaluator: RuleEvaluator): number => evaluator.tick(60 * MINUTE).length;

  it('are no sign of life after a restart either, nor after a second one', () => {
    const evaluator = known();
    evaluator.passBy(letters(MINUTE, 2 * MINUTE));
    expect(absences(evaluator)).toBe(0);
    const second = restarted(evaluator, 2 * MINUTE);
    expect(absences(second)).toBe(0);
    expect(absences(restarted(second, 2 * MINUTE))).toBe(0);
  });

  it('count no more as soon as the device itself is heard', () => {
    const evaluator = known();
    evaluator.passBy(letters(2 * MINUTE));
    evaluator.evaluate(batchOf([{ time: MINUTE, receivedAt: 3 * MINUTE, sequence: 99, temperature: 20 }]));
    // The store says of a device when it received the newest of its readings, and that may be a replayed one.
    expect(absences(restarted(evaluator, 2 * MINUTE))).toBe(1);
  });

  it('take no watch from a device that was heard before them', () => {
    const evaluator = known();
    evaluator.evaluate(batchOf([{ time: 0, sequence: 0, temperature: 20 }]));
    evaluator.passBy(letters(MINUTE));
    expect(absences(restarted(evaluator, MINUTE))).toBe(1);
  });

  it('of a device that is removed are forgotten', () => {
    const evaluator = known();
    evaluator.passBy(letters(MINUTE));
    evaluator.forget('A', 0);
    expect(evaluator.save().replayed).toEqual({});
    evaluator.passBy(letters(MINUTE));
    const next = new RuleEvaluator({ kinds: [kindWith(hot, absence)], rules: [], state: evaluator.save() });
    next.retain(new Set(), 0);
    expect(next.save().replayed).toEqual({});
  });

  it('are not what the platform derived of them', () => {
    const evaluator = known();
    evaluator.passBy(batchOf([{ time: MINUTE, sequence: NaN, temperature: 60 }]));
    expect(evaluator.save().replayed).toEqual({});
  });
});

describe('readings that come late', () => {
  const HOUR = 60 * MINUTE;
  /** The window of the probe's absence is three minutes, so the five minutes that clocks may be wrong are what counts. */
  const LATE = 5 * MINUTE;
  const known = (change: { intervalMs?: number } = {}, ...alarms: readonly AlarmDefault[]): RuleEvaluator => {
    const kind = kindWith(...(alarms.length > 0 ? alarms : [hot, absence]));
    const evaluator = new RuleEvaluator({ kinds: [kind], rules: [] });
    evaluator.register({ ...identity('A'), intervalMs: change.intervalMs ?? null, enabled: true, createdAt: 0 }, 0);
    return evaluator;
  };
  let sequence = 0;
  const say = (evaluator: RuleEvaluator, temperature: number, receivedAt: number, age = 0): string[] =>
    brief(evaluator.evaluate(batchOf([{ time: receivedAt - age, receivedAt, sequence: sequence++, temperature }])));

  it('raise nothing, whatever is known of the device', () => {
    const evaluator = known();
    expect(say(evaluator, 60, HOUR, LATE + 1)).toEqual([]);
    expect(say(evaluator, 60, HOUR, LATE)).toEqual([`raise hot:A:${HOUR - LATE}`]);
  });

  it('clear nothing, newer than what raised the alarm though they are, and hide nothing that is true now', () => {
    const evaluator = known();
    expect(say(evaluator, 60, HOUR)).toEqual([`raise hot:A:${HOUR}`]);
    expect(say(evaluator, 20, 3 * HOUR, HOUR)).toEqual([]);
    expect(say(evaluator, 20, 3 * HOUR, 0)).toEqual([`clear hot:A:${HOUR}`]);
  });

  it('make nothing else late', () => {
    const evaluator = known();
    // The clock of the platform was set back: what was late then is newer than what comes now.
    expect(say(evaluator, 20, 9 * HOUR, HOUR)).toEqual([]);
    expect(say(evaluator, 60, 7 * HOUR)).toEqual([`raise hot:A:${7 * HOUR}`]);
  });

  it('begin and end no delay', () => {
    const held = threshold({ onDelayMs: 10 * MINUTE });
    const evaluator = known({}, held, absence);
    expect(say(evaluator, 60, HOUR)).toEqual([]);
    expect(say(evaluator, 20, 2 * HOUR, HOUR - MINUTE)).toEqual([]);
    expect(say(evaluator, 60, 2 * HOUR)).toEqual([`raise hot:A:${2 * HOUR}`]);
  });

  it('of a backlog, oldest first: only its end is judged', () => {
    const evaluator = known();
    say(evaluator, 60, HOUR);
    const rows = [60, 20, 60, 20, 60, 20].map((temperature, i) => ({
      time: 2 * HOUR - (5 - i) * 4 * MINUTE,
      receivedAt: 2 * HOUR + i,
      sequence: sequence++,
      temperature,
    }));
    expect(brief(evaluator.evaluate(batchOf(rows)))).toEqual([`clear hot:A:${HOUR}`]);
  });

  it('are those that are older than the shortest absence of the device, or than six intervals where it has none', () => {
    const tenMinutes = { intervalMs: 10 * MINUTE };
    expect(say(known(tenMinutes), 60, HOUR, 30 * MINUTE + 1)).toEqual([]);
    expect(say(known(tenMinutes), 60, HOUR, 30 * MINUTE)).toHaveLength(1);
    const patient: AlarmDefault = { ...absence, id: 'patient', intervals: 5 } as AlarmDefault;
    expect(say(known(tenMinutes, hot, patient, absence), 60, HOUR, 30 * MINUTE + 1)).toEqual([]);
    expect(say(known(tenMinutes, hot), 60, HOUR, HOUR + 1)).toEqual([]);
    expect(say(known(tenMinutes, hot), 60, HOUR, HOUR)).toHaveLength(1);
  });

  it('are not the values that the platform derives: which of them are history is said in the feed', () => {
    const evaluator = known();
    const row = { time: HOUR, receivedAt: 9 * HOUR, sequence: NaN, temperature: 60 };
    expect(brief(evaluator.evaluate(batchOf([row])))).toEqual([`raise hot:A:${HOUR}`]);
  });

  it('neither end an absence nor put one off', () => {
    const evaluator = known();
    say(evaluator, 20, HOUR);
    expect(say(evaluator, 20, HOUR + 2 * MINUTE, HOUR)).toEqual([]);
    const raisedAt = HOUR + 3 * MINUTE + 1;
    expect(brief(evaluator.tick(raisedAt))).toEqual([`raise silent:A:${raisedAt}`]);
    expect(say(evaluator, 20, 2 * HOUR, HOUR)).toEqual([]);
    expect(say(evaluator, 20, 2 * HOUR)).toEqual([`clear silent:A:${raisedAt}`]);
  });

  it('are no sign of life, but of a device from which nothing current follows the absence is told', () => {
    const evaluator = known();
    for (let i = 0; i < 4; i++) expect(say(evaluator, 60, HOUR + i * MINUTE, HOUR)).toEqual([]);
    expect(evaluator.tick(HOUR + 3 * MINUTE)).toEqual([]);
    expect(evaluator.tick(HOUR + 3 * MINUTE + 1)).toMatchObject([
      { type: 'raise', reason: 'no current data for 180 s', alarm: { rule: 'silent' } },
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLOCK_TOLERANCE_MS } from './lateness.js';
import { batchOf, identity, kindWith, type Row, threshold } from './testing/probe-kind.js';
import type { AlarmChange } from './rule.js';
import { type RecalledReading, RuleEvaluator } from './rule-evaluator.js';

const LIMIT = 50;

const rules = fc.record({
  when: fc.constantFrom('above' as const, 'below' as const),
  hysteresis: fc.constantFrom(0, 5, 10),
  onDelayMs: fc.constantFrom(0, 1, 5, 20),
  offDelayMs: fc.constantFrom(0, 1, 5, 20),
});
type RuleChoice = typeof rules extends fc.Arbitrary<infer T> ? T : never;

/** Values around the limit; steps of time that may be zero; now and then a late or an absent value. */
const walk = fc.array(
  fc.record({
    device: fc.constantFrom('A', 'B'),
    step: fc.integer({ min: 0, max: 8 }),
    lateBy: fc.option(fc.integer({ min: 1, max: 30 }), { freq: 6 }),
    temperature: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: LIMIT - 15, max: LIMIT + 15 }) },
      { weight: 1, arbitrary: fc.constant(NaN) },
    ),
  }),
  { minLength: 1, maxLength: 60 },
);

function rowsOf(steps: readonly { device: string; step: number; lateBy: number | null; temperature: number }[]): Row[] {
  let now = 1_000;
  return steps.map(({ device, step, lateBy, temperature }, sequence) => {
    now += step;
    return { device: identity(device), time: now - (lateBy ?? 0), receivedAt: now, sequence, temperature };
  });
}

const kind = (rule: RuleChoice): ReturnType<typeof kindWith> => kindWith(threshold({ limit: LIMIT, ...rule }));
const evaluator = (rule: RuleChoice): RuleEvaluator => new RuleEvaluator({ kinds: [kind(rule)], rules: [] });

function run(rule: RuleChoice, rows: readonly Row[]): AlarmChange[] {
  return evaluator(rule).evaluate(batchOf(rows));
}

/** Only the rows that are not late and carry a value. */
function inOrder(rows: readonly Row[]): Row[] {
  const newest = new Map<string, number>();
  return rows.filter(({ device, time, temperature }) => {
    if (Number.isNaN(temperature) || time < (newest.get(device!.id) ?? -Infinity)) return false;
    newest.set(device!.id, time);
    return true;
  });
}

/** The definition, read literally: looks at the whole past for each value. */
function specification(rule: RuleChoice, rows: readonly Row[]): string[] {
  const events: { sequence: number; text: string }[] = [];
  for (const id of ['A', 'B']) {
    const past = inOrder(rows).filter((row) => row.device!.id === id);
    const above = rule.when === 'above';
    const beyond = (row: Row): boolean => (above ? row.temperature! > LIMIT : row.temperature! < LIMIT);
    let raisedAt: number | null = null;
    const held = (until: number, holds: (row: Row) => boolean, forMs: number): boolean => {
      let from = until;
      while (from > 0 && holds(past[from - 1]!)) from -= 1;
      return holds(past[until]!) && past[until]!.time - past[from]!.time >= forMs;
    };
    past.forEach((row, at) => {
      const alarm: number | null = raisedAt;
      const safe = (r: Row): boolean =>
        r.time > alarm! &&
        (above ? r.temperature! <= LIMIT - rule.hysteresis : r.temperature! >= LIMIT + rule.hysteresis);
      if (alarm === null && held(at, beyond, rule.onDelayMs)) {
        raisedAt = row.time;
        events.push({ sequence: row.sequence, text: `raise hot:${id}:${row.time}` });
      } else if (alarm !== null && held(at, safe, rule.offDelayMs)) {
        raisedAt = null;
        events.push({ sequence: row.sequence, text: `clear hot:${id}:${alarm} at ${row.time}` });
      }
    });
  }
  return events.sort((a, b) => a.sequence - b.sequence).map((event) => event.text);
}

const texts = (changes: readonly AlarmChange[]): string[] =>
  changes.map((change) =>
    change.type === 'raise' ? `raise ${change.alarm.id}` : `clear ${change.alarm} at ${change.eventTime}`,
  );

describe('the threshold state machine', () => {
  it('does what the definition says', () => {
    fc.assert(
      fc.property(rules, walk, (rule, steps) => {
        const rows = rowsOf(steps);
        expect(texts(run(rule, rows))).toEqual(specification(rule, rows));
      }),
      { numRuns: 1_000 },
    );
  });

  it('raises and clears in turn, and never gives two alarms one id', () => {
    fc.assert(
      fc.property(rules, walk, (rule, steps) => {
        const changes = run(rule, rowsOf(steps));
        const raised = changes.flatMap((change) => (change.type === 'raise' ? [change.alarm.id] : []));
        expect(new Set(raised).size).toBe(raised.length);
        for (const device of ['A', 'B']) {
          const own = changes.filter((change) =>
            change.type === 'raise' ? change.alarm.device === device : change.alarm.startsWith(`hot:${device}:`),
          );
          own.forEach((change, at) => expect(change.type).toBe(at % 2 === 0 ? 'raise' : 'clear'));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not chatter while values stay on the unsafe side of the hysteresis', () => {
    const restless = fc.array(fc.integer({ min: LIMIT - 9, max: LIMIT + 15 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(restless, (values) => {
        const rows = values.map((temperature, i): Row => ({ time: 1_000 + i, sequence: i, temperature }));
        const changes = run({ when: 'above', hysteresis: 10, onDelayMs: 0, offDelayMs: 0 }, rows);
        expect(changes.length).toBe(values.some((value) => value > LIMIT) ? 1 : 0);
      }),
    );
  });

  it('comes to the same however the rows are cut into batches', () => {
    fc.assert(
      fc.property(rules, walk, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 }), (rule, steps, sizes) => {
        const rows = rowsOf(steps);
        const one = evaluator(rule);
        const changes: AlarmChange[] = [];
        for (let at = 0, n = 0; at < rows.length; n++) {
          const size = sizes[n] ?? 7;
          changes.push(...one.evaluate(batchOf(rows.slice(at, at + size))));
          at += size;
        }
        expect(changes).toEqual(run(rule, rows));
      }),
      { numRuns: 500 },
    );
  });

  it('comes to the same when it is saved and started again anywhere, with rows of the feed repeated', () => {
    fc.assert(
      fc.property(rules, walk, fc.array(fc.nat(60), { maxLength: 4 }), fc.nat(5), (rule, steps, restarts, repeated) => {
        const rows = rowsOf(steps);
        let one = evaluator(rule);
        const changes: AlarmChange[] = [];
        rows.forEach((row, at) => {
          if (restarts.includes(at)) one = restarted(rule, one, rows.slice(0, at));
          // After a restart the feed may repeat what it gave before.
          const from = restarts.includes(at) ? Math.max(0, at - repeated) : at;
          changes.push(...one.evaluate(batchOf([...rows.slice(from, at), row])));
        });
        expect(changes).toEqual(run(rule, rows));
      }),
      { numRuns: 500 },
    );
  });

  it('is not moved by readings that were too old when they came, also over a restart', () => {
    const stored = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 2, max: 9 })), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rules, walk, stored, fc.nat(60), (rule, steps, insertions, restart) => {
        const rows = rowsOf(steps);
        const mixed: Row[] = [...rows];
        for (const [at, minutes] of insertions) {
          const receivedAt = rows[Math.min(at, rows.length - 1)]!.receivedAt!;
          const old = { time: receivedAt - CLOCK_TOLERANCE_MS - minutes * 60_000, receivedAt, temperature: LIMIT + 99 };
          mixed.splice(Math.min(at, mixed.length), 0, { ...old, device: identity('A'), sequence: 0 });
        }
        const numbered = mixed.map((row, sequence) => ({ ...row, sequence }));
        let one = evaluator(rule);
        const changes: AlarmChange[] = [];
        numbered.forEach((row, at) => {
          if (at === restart) one = restarted(rule, one, numbered.slice(0, at));
          changes.push(...one.evaluate(batchOf([row])));
        });
        expect(texts(changes)).toEqual(texts(run(rule, rows)));
      }),
      { numRuns: 500 },
    );
  });

  it('is not moved by late data', () => {
    fc.assert(
      fc.property(rules, walk, (rule, steps) => {
        const rows = rowsOf(steps);
        expect(texts(run(rule, rows))).toEqual(texts(run(rule, inOrder(rows))));
      }),
      { numRuns: 500 },
    );
  });
});

/** A new process: the saved state as JSON, and the newest values as the store has them. */
function restarted(rule: RuleChoice, before: RuleEvaluator, done: readonly Row[]): RuleEvaluator {
  const state = JSON.parse(JSON.stringify(before.save())) as ReturnType<RuleEvaluator['save']>;
  const next = new RuleEvaluator({ kinds: [kind(rule)], rules: [], state });
  for (const id of ['A', 'B']) next.register({ ...identity(id), intervalMs: null, enabled: true, createdAt: 0 }, 0);
  const latest = new Map<string, RecalledReading>();
  for (const { device, receivedAt = 0, time, temperature } of done) {
    const known = latest.get(device!.id);
    const newest = Math.max(known?.values.temperature?.time ?? -Infinity, Number.isNaN(temperature) ? -Infinity : time);
    latest.set(device!.id, { device: device!.id, receivedAt, values: { temperature: { time: newest } } });
  }
  next.recall([...latest.values()]);
  return next;
}

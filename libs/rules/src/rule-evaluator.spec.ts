import { describe, expect, it } from '@jest/globals';
import type { AlarmDefault } from '#kinds';
import { absence, batchOf, identity, kindWith, threshold } from './testing/probe-kind.js';
import type { AlarmChange, ScopedRule } from './rule.js';
import { RuleEvaluator } from './rule-evaluator.js';

const MINUTE = 60_000;
const hot = threshold();
const start = (rules: readonly ScopedRule[] = [], ...alarms: readonly AlarmDefault[]): RuleEvaluator =>
  new RuleEvaluator({ kinds: [kindWith(...(alarms.length > 0 ? alarms : [hot, absence]))], rules });
const brief = (changes: readonly AlarmChange[]): string[] =>
  changes.map((change) => `${change.type} ${change.type === 'raise' ? change.alarm.id : change.alarm}`);
const scoped = (change: Partial<ScopedRule>): ScopedRule => ({
  kind: 'probe',
  department: null,
  device: null,
  enabled: true,
  definition: hot,
  ...change,
});

describe('a raised alarm', () => {
  it('says what, where, how much and why', () => {
    const [change] = start().evaluate(batchOf([{ time: 1_000, sequence: 0, temperature: 61 }]));
    expect(change).toEqual({
      type: 'raise',
      reason: 'temperature 61 is above 50',
      alarm: {
        id: 'hot:A:1000',
        rule: 'hot',
        device: 'A',
        kind: 'probe',
        department: 'hyd',
        district: 'A',
        severity: 'high',
        metric: 'temperature',
        titles: hot.titles,
        raisedAt: 1_000,
        value: 61,
        limit: 50,
      },
    });
  });

  it('is not raised at the limit itself, nor cleared before the hysteresis is crossed', () => {
    const evaluator = start();
    const at = (time: number, temperature: number): string[] =>
      brief(evaluator.evaluate(batchOf([{ time, sequence: time, temperature }])));
    expect(at(1, 50)).toEqual([]);
    expect(at(2, 50.1)).toEqual(['raise hot:A:2']);
    expect(at(3, 40.1)).toEqual([]);
    expect(at(4, 40)).toEqual(['clear hot:A:2']);
  });

  it('may come from a metric that is absent in most readings', () => {
    const damp = threshold({ id: 'damp', metric: 'humidity', limit: 90, hysteresis: 0 });
    const evaluator = start([], hot, damp);
    const changes = evaluator.evaluate(
      batchOf([
        { time: 1, sequence: 0, temperature: 20 },
        { time: 2, sequence: 1, humidity: 95 },
        { time: 3, sequence: 2, temperature: 20 },
        { time: 4, sequence: 3, humidity: 90 },
      ]),
    );
    expect(brief(changes)).toEqual(['raise damp:A:2', 'clear damp:A:2']);
  });
});

describe('absence', () => {
  const heard = (): RuleEvaluator => {
    const evaluator = start();
    evaluator.register({ ...identity('A'), intervalMs: null, enabled: true, createdAt: 0 }, 0);
    evaluator.evaluate(batchOf([{ time: 0, sequence: 0, temperature: 20 }]));
    return evaluator;
  };

  it('is raised once after n silent intervals, and ends with the next current reading', () => {
    const evaluator = heard();
    expect(evaluator.tick(3 * MINUTE)).toEqual([]);
    expect(brief(evaluator.tick(3 * MINUTE + 1))).toEqual([`raise silent:A:${3 * MINUTE + 1}`]);
    expect(evaluator.tick(9 * MINUTE)).toEqual([]);
    const back = evaluator.evaluate(
      batchOf([{ time: 6 * MINUTE, receivedAt: 10 * MINUTE, sequence: 1, temperature: 20 }]),
    );
    expect(back).toEqual([
      {
        type: 'clear',
        alarm: `silent:A:${3 * MINUTE + 1}`,
        eventTime: 10 * MINUTE,
        value: null,
        reason: 'data arrived',
      },
    ]);
    expect(evaluator.tick(10 * MINUTE + 1)).toEqual([]);
  });

  it('follows the interval of the device, and spares what is isolated or has never sent', () => {
    const evaluator = heard();
    evaluator.register({ ...identity('A'), intervalMs: 10 * MINUTE, enabled: true, createdAt: 0 }, 0);
    evaluator.register({ ...identity('never'), intervalMs: null, enabled: true, createdAt: 0 }, 0);
    expect(evaluator.tick(29 * MINUTE)).toEqual([]);
    expect(brief(evaluator.tick(31 * MINUTE))).toEqual([`raise silent:A:${31 * MINUTE}`]);
    expect(
      brief(evaluator.register({ ...identity('A'), intervalMs: null, enabled: false, createdAt: 0 }, 32 * MINUTE)),
    ).toEqual([`clear silent:A:${31 * MINUTE}`]);
    expect(evaluator.tick(99 * MINUTE)).toEqual([]);
  });

  it('does not blame devices for the time in which the platform did not listen', () => {
    const evaluator = heard();
    evaluator.listen(10 * MINUTE);
    expect(evaluator.tick(12 * MINUTE)).toEqual([]);
    expect(brief(evaluator.tick(14 * MINUTE))).toEqual([`raise silent:A:${14 * MINUTE}`]);
  });

  it('does not take a value that the platform computed for a sign of life', () => {
    const evaluator = heard();
    evaluator.evaluate(batchOf([{ time: 4 * MINUTE, sequence: NaN, temperature: 60 }]));
    expect(brief(evaluator.tick(5 * MINUTE))).toEqual([`raise silent:A:${5 * MINUTE}`]);
  });

  it('is counted from the store after a restart', () => {
    const evaluator = start();
    evaluator.register({ ...identity('A'), intervalMs: null, enabled: true, createdAt: 0 }, 0);
    evaluator.recall([{ device: 'A', receivedAt: 0, values: {} }]);
    expect(brief(evaluator.tick(4 * MINUTE))).toEqual([`raise silent:A:${4 * MINUTE}`]);
  });

  it('is not counted from what the store has of the time before the device was registered', () => {
    const evaluator = start();
    evaluator.register({ ...identity('A'), intervalMs: null, enabled: true, createdAt: MINUTE }, 0);
    evaluator.recall([{ device: 'A', receivedAt: MINUTE - 1, values: {} }]);
    expect(evaluator.tick(9 * MINUTE)).toEqual([]);
    evaluator.recall([{ device: 'A', receivedAt: MINUTE, values: {} }]);
    expect(brief(evaluator.tick(9 * MINUTE))).toEqual([`raise silent:A:${9 * MINUTE}`]);
  });
});

describe('rows that were evaluated', () => {
  it('are skipped by their sequence; a message of several readings is one', () => {
    const evaluator = start();
    const batch = batchOf([
      { time: 1, sequence: 7, temperature: 60 },
      { time: 2, sequence: 7, temperature: 20 },
    ]);
    expect(brief(evaluator.evaluate(batch))).toEqual(['raise hot:A:1', 'clear hot:A:1']);
    expect(evaluator.evaluate(batch)).toEqual([]);
    expect(evaluator.save().sequences).toEqual({ probe: 7 });
  });

  it('are skipped after a restart too, also while the store cannot say how old they are', () => {
    const state = { sequences: { probe: 5 }, receivedAt: 2_000, pairs: [], replayed: {} };
    const evaluator = new RuleEvaluator({ kinds: [kindWith(hot)], rules: [], state });
    const changes = evaluator.evaluate(
      batchOf([
        { time: 1, sequence: 5, temperature: 60 },
        { time: 2, sequence: 6, temperature: 61 },
      ]),
    );
    expect(brief(changes)).toEqual(['raise hot:A:2']);
  });

  it('of a kind that this release does not know raise nothing', () => {
    expect(start().evaluate({ ...batchOf([{ time: 1, sequence: 0, temperature: 60 }]), kind: 'unknown' })).toEqual([]);
  });
});

describe('recall', () => {
  const lateRow = batchOf([{ time: 500, receivedAt: 3_000, sequence: 9, temperature: 60 }]);
  const state = { sequences: { probe: 5 }, receivedAt: 2_000, pairs: [], replayed: {} };
  const restarted = (receivedAt: number): RuleEvaluator => {
    const evaluator = new RuleEvaluator({ kinds: [kindWith(hot)], rules: [], state });
    evaluator.register({ ...identity('A'), intervalMs: null, enabled: true, createdAt: 0 }, 0);
    evaluator.recall([{ device: 'A', receivedAt, values: { temperature: { time: 1_000 } } }]);
    return evaluator;
  };

  it('keeps late data late after a restart', () => {
    expect(restarted(2_000).evaluate(lateRow)).toEqual([]);
  });

  it('does not make late what the feed has yet to bring', () => {
    expect(brief(restarted(4_000).evaluate(lateRow))).toEqual(['raise hot:A:500']);
  });
});

describe('rules of operators', () => {
  const raises = (rules: readonly ScopedRule[], temperature: number, department = 'hyd', id = 'A'): boolean =>
    start(rules).evaluate(batchOf([{ device: identity(id, department), time: 1, sequence: 0, temperature }])).length >
    0;

  it('override the default of the same id, the narrowest scope first', () => {
    const rules = [
      scoped({ device: 'A', definition: threshold({ limit: 90 }) }),
      scoped({ department: 'hyd', definition: threshold({ limit: 70 }) }),
      scoped({ definition: threshold({ limit: 60 }) }),
    ];
    expect([raises(rules, 80), raises(rules, 91)]).toEqual([false, true]);
    expect([raises(rules, 65, 'hyd', 'B'), raises(rules, 71, 'hyd', 'B')]).toEqual([false, true]);
    expect([raises(rules, 55, 'epd', 'B'), raises(rules, 61, 'epd', 'B')]).toEqual([false, true]);
  });

  it('switch an alarm off where they are disabled, and only there', () => {
    const rules = [scoped({ department: 'hyd', enabled: false })];
    expect(raises(rules, 99)).toBe(false);
    expect(raises(rules, 99, 'epd')).toBe(true);
  });

  it('add alarms', () => {
    const cold = threshold({ id: 'cold', when: 'below', limit: 0, hysteresis: 2 });
    expect(raises([scoped({ definition: cold })], -1)).toBe(true);
    expect(raises([scoped({ kind: 'other', definition: cold })], -1)).toBe(false);
  });

  it('end what is active when they are taken away, and keep the memory of what is late', () => {
    const cold = threshold({ id: 'cold', metric: 'humidity', when: 'below', limit: 0 });
    const evaluator = start([scoped({ definition: cold })]);
    evaluator.evaluate(batchOf([{ time: 10, sequence: 0, temperature: 60, humidity: -1 }]));
    expect(brief(evaluator.replaceRules([], 99))).toEqual(['clear cold:A:10']);
    expect(evaluator.evaluate(batchOf([{ time: 5, sequence: 1, temperature: 20 }]))).toEqual([]);
    expect(brief(evaluator.evaluate(batchOf([{ time: 11, sequence: 2, temperature: 20 }])))).toEqual([
      'clear hot:A:10',
    ]);
  });

  it('take effect on an active alarm with its next value', () => {
    const evaluator = start();
    evaluator.evaluate(batchOf([{ time: 1, sequence: 0, temperature: 60 }]));
    expect(evaluator.replaceRules([scoped({ definition: threshold({ limit: 90 }) })], 2)).toEqual([]);
    expect(brief(evaluator.evaluate(batchOf([{ time: 3, sequence: 1, temperature: 60 }])))).toEqual(['clear hot:A:1']);
  });
});

describe('devices that go', () => {
  it('end their alarms when they are removed or become another kind', () => {
    const other = { ...kindWith(hot), name: 'other' };
    const evaluator = new RuleEvaluator({ kinds: [kindWith(hot), other], rules: [] });
    evaluator.evaluate(
      batchOf([
        { time: 1, sequence: 0, temperature: 60 },
        { device: identity('B'), time: 1, sequence: 1, temperature: 60 },
        { device: identity('C'), time: 1, sequence: 2, temperature: 60 },
      ]),
    );
    expect(brief(evaluator.forget('A', 5))).toEqual(['clear hot:A:1']);
    expect(
      brief(evaluator.register({ ...identity('B'), kind: 'other', intervalMs: null, enabled: true, createdAt: 0 }, 5)),
    ).toEqual(['clear hot:B:1']);
    expect(brief(evaluator.retain(new Set(['B']), 6))).toEqual(['clear hot:C:1']);
    expect(evaluator.deviceCount).toBe(1);
    expect(evaluator.save().pairs).toEqual([]);
  });
});

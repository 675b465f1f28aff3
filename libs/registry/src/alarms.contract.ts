import { expect, it } from '@jest/globals';
import { pause } from '#core/testing';
import type { ContractContext } from './contract-context.contract.js';
import type { EvaluationChange } from './alarms.js';

type Raise = Extract<EvaluationChange, { type: 'raise' }>;

const T0 = 1_795_000_000_000;

const raise = (device: string, raisedAt = T0, change: Partial<Raise['alarm']> = {}): Raise => ({
  type: 'raise',
  reason: 'pm25 80 above 75',
  alarm: {
    id: `pm25-high:${device}:${raisedAt}`,
    rule: 'pm25-high',
    device,
    kind: 'smart-lamppost',
    department: 'hyd',
    district: 'A',
    severity: 'high',
    metric: 'pm25',
    titles: { en: 'PM2.5 high', 'zh-Hant': '微細懸浮粒子偏高', 'zh-Hans': '微细悬浮粒子偏高' },
    raisedAt,
    value: 80,
    limit: 75,
    ...change,
  },
});
const clear = (alarm: string, eventTime = T0 + 60_000): EvaluationChange => ({
  type: 'clear',
  alarm,
  eventTime,
  value: 60,
  reason: 'pm25 60',
});
const consumer = (state: string): { name: string; state: string } => ({ name: 'alerts', state });

export function alarmContract({ registry, another, clock }: ContractContext): void {
  it('raises and clears, keeping each transition with its snapshot and the state of the consumer', async () => {
    const id = `pm25-high:GF3637:${T0}`;
    const [raised] = await registry().alarms.applyEvaluation([raise('GF3637')], consumer('s1'));
    expect(raised).toMatchObject({
      alarm: id,
      type: 'raised',
      at: clock.time,
      eventTime: T0,
      actor: 'system',
      reason: 'pm25 80 above 75',
    });
    expect(raised?.snapshot).toMatchObject({
      id,
      active: true,
      acknowledged: false,
      clearedAt: null,
      value: 80,
      limit: 75,
    });
    const [cleared] = await registry().alarms.applyEvaluation([clear(id)], consumer('s2'));
    expect(cleared?.snapshot).toMatchObject({ active: false, clearedAt: T0 + 60_000, value: 60 });
    expect(await registry().alarms.get(id)).toEqual(cleared?.snapshot);
    expect(await registry().alarms.timeline(id)).toEqual([raised, cleared]);
    expect(await registry().state.get('alerts')).toBe('s2');
  });

  it('takes a raise and a clear of one alarm together, in their order', async () => {
    const id = `pm25-high:GF3637:${T0}`;
    const transitions = await registry().alarms.applyEvaluation([clear(id), raise('GF3637'), clear(id)], consumer('s'));
    expect(transitions.map((transition) => transition.type)).toEqual(['raised', 'cleared']);
    expect(transitions[1]!.id).toBeGreaterThan(transitions[0]!.id);
  });

  it('ignores repetitions, so that an evaluation applied twice is applied once', async () => {
    const changes = [raise('GF3637'), raise('GF3638'), clear(`pm25-high:GF3637:${T0}`)];
    expect(await registry().alarms.applyEvaluation(changes, consumer('s'))).toHaveLength(3);
    expect(await registry().alarms.applyEvaluation(changes, consumer('s'))).toEqual([]);
    expect(await registry().alarms.transitions(0, 100)).toHaveLength(3);
  });

  it('keeps the state of the consumer even when nothing changed', async () => {
    expect(await registry().alarms.applyEvaluation([], consumer('moved on'))).toEqual([]);
    expect(await registry().state.get('alerts')).toBe('moved on');
  });

  it('applies thousands at once (a blackout)', async () => {
    const changes = Array.from({ length: 2_500 }, (_, i) => raise(`L${i}`));
    const transitions = await registry().alarms.applyEvaluation(changes, consumer('s'));
    expect(transitions.map((transition) => transition.alarm)).toEqual(changes.map((change) => change.alarm.id));
    expect(await registry().alarms.transitions(0, 5_000)).toEqual(transitions);
    expect(await registry().alarms.lastTransitionId()).toBe(transitions.at(-1)!.id);
  });

  it('keeps active and acknowledged apart, and who did it and why', async () => {
    const id = `pm25-high:GF3637:${T0}`;
    await registry().alarms.applyEvaluation([raise('GF3637')], consumer('s'));
    clock.time += 1_000;
    expect(await registry().alarms.acknowledge(id, 'wing', 'fog')).toMatchObject({ active: true, acknowledged: true });
    expect(await registry().alarms.acknowledge(id, 'kwok', null)).toMatchObject({ active: true, acknowledged: true });
    await registry().alarms.applyEvaluation([clear(id)], consumer('s'));
    expect(await registry().alarms.get(id)).toMatchObject({ active: false, acknowledged: true });
    expect((await registry().alarms.timeline(id)).map(({ type, actor, reason }) => [type, actor, reason])).toEqual([
      ['raised', 'system', 'pm25 80 above 75'],
      ['acknowledged', 'wing', 'fog'],
      ['cleared', 'system', 'pm25 60'],
    ]);
  });

  it('acknowledges what has cleared already, and comments on anything', async () => {
    const id = `pm25-high:GF3637:${T0}`;
    await registry().alarms.applyEvaluation([raise('GF3637'), clear(id)], consumer('s'));
    expect(await registry().alarms.acknowledge(id, 'wing', null)).toMatchObject({ active: false, acknowledged: true });
    expect(await registry().alarms.comment(id, 'wing', '已派員檢查')).toMatchObject({ acknowledged: true });
    expect((await registry().alarms.timeline(id)).at(-1)).toMatchObject({
      type: 'commented',
      reason: '已派員檢查',
      at: clock.time,
    });
    expect(await registry().alarms.acknowledge('none', 'wing', null)).toBeNull();
    expect(await registry().alarms.comment('none', 'wing', 'x')).toBeNull();
  });

  it('lists newest raise first, in pages, by each filter', async () => {
    await registry().alarms.applyEvaluation(
      [
        raise('A', T0),
        raise('B', T0 + 1_000, { department: 'epd', severity: 'low' }),
        raise('C', T0 + 1_000, { kind: 'smart-toilet' }),
        raise('D', T0 + 2_000),
        clear(`pm25-high:D:${T0 + 2_000}`),
      ],
      consumer('s'),
    );
    await registry().alarms.acknowledge(`pm25-high:A:${T0}`, 'wing', null);
    const list = async (query: object): Promise<string[]> =>
      (await registry().alarms.list({ departments: null, limit: 10, ...query })).map((alarm) => alarm.device);
    expect(await list({})).toEqual(['D', 'C', 'B', 'A']);
    expect(await list({ limit: 2 })).toEqual(['D', 'C']);
    expect(await list({ after: `pm25-high:C:${T0 + 1_000}` })).toEqual(['B', 'A']);
    expect(await list({ after: 'none' })).toEqual([]);
    expect(await list({ departments: ['epd'] })).toEqual(['B']);
    expect(await list({ departments: [] })).toEqual([]);
    expect(await list({ active: true })).toEqual(['C', 'B', 'A']);
    expect(await list({ active: false })).toEqual(['D']);
    expect(await list({ acknowledged: true })).toEqual(['A']);
    expect(await list({ device: 'C' })).toEqual(['C']);
    expect(await list({ kind: 'smart-toilet' })).toEqual(['C']);
    expect(await list({ severity: 'low' })).toEqual(['B']);
    expect(await list({ from: T0 + 1_000, to: T0 + 2_000 })).toEqual(['C', 'B']);
  });

  it('hides no transition from a reader that follows while operators and the evaluator write', async () => {
    const [evaluator, operator] = await Promise.all([another(), another()]);
    await evaluator.alarms.applyEvaluation([raise('X')], consumer('s'));
    const seen: number[] = [];
    let after = 0;
    let writing = true;
    const follow = async (): Promise<void> => {
      for (let last = false; ;) {
        const page = await registry().alarms.transitions(after, 5);
        seen.push(...page.map((transition) => transition.id));
        after = page.at(-1)?.id ?? after;
        if (page.length > 0) continue;
        if (last) return;
        last = !writing;
        await pause(1);
      }
    };
    const following = follow();
    await Promise.all([
      (async () => {
        for (let i = 0; i < 30; i++)
          await evaluator.alarms.applyEvaluation([raise(`E${i}`), raise(`F${i}`)], consumer(`s${i}`));
      })(),
      (async () => {
        for (let i = 0; i < 30; i++) await operator.alarms.comment(`pm25-high:X:${T0}`, 'wing', `note ${i}`);
      })(),
    ]);
    writing = false;
    await following;
    expect(seen).toHaveLength(91);
    expect(new Set(seen).size).toBe(91);
  });

  it.each([`x'; drop table alarms; --`, `%' or 1=1 --`, 'a\u0000b'])(
    'T31 takes %j as text in every parameter',
    async (text) => {
      await registry().alarms.applyEvaluation(
        [raise('A', T0, { titles: { en: text, 'zh-Hant': text, 'zh-Hans': text } })],
        consumer(text),
      );
      expect(await registry().alarms.get(text)).toBeNull();
      expect(await registry().alarms.timeline(text)).toEqual([]);
      for (const filter of [
        { departments: [text] },
        { device: text },
        { kind: text },
        { after: text },
        { severity: text as 'low' },
      ]) {
        expect(await registry().alarms.list({ departments: null, limit: 10, ...filter })).toEqual([]);
      }
      expect(await registry().alarms.comment(`pm25-high:A:${T0}`, text, text)).toMatchObject({
        id: `pm25-high:A:${T0}`,
      });
      expect((await registry().alarms.timeline(`pm25-high:A:${T0}`)).at(-1)?.actor).toBe(
        text.replace('\u0000', '\uFFFD'),
      );
    },
  );
}

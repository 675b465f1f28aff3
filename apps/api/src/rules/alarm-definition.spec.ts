import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kinds } from '#kinds';
import { readDefinition } from '#rules';
import { readAlarmDefinition } from './alarm-definition.js';

const kind = kinds.find(({ name }) => name === 'smart-lamppost')!;
const texts = { en: 'x', 'zh-Hant': 'x', 'zh-Hans': 'x' };
const sound = {
  type: 'threshold',
  titles: texts,
  severity: 'high',
  metric: 'pm25',
  when: 'above',
  limit: 75,
  hysteresis: 5,
  onDelayMs: 0,
  offDelayMs: 0,
  advice: texts,
};
/** What the API says to it: null when it takes it. */
const fault = (definition: Record<string, unknown>): Promise<unknown> =>
  readAlarmDefinition('pm25-high', kind, definition).then(
    () => null,
    (error: { extras: { faults?: { pointer: string }[]; pointer?: string } }) => error.extras.pointer,
  );

describe('readAlarmDefinition', () => {
  it('takes a sound one', async () => {
    expect(await fault(sound)).toBeNull();
  });

  it.each([
    ['no advice', { advice: undefined }, '/definition/advice'],
    ['null for its titles', { titles: null }, '/definition/titles'],
    ['a list of titles', { titles: [] }, '/definition/titles'],
    ['advice in one language', { advice: { en: 'x' } }, '/definition/advice/zh-Hant'],
  ])('refuses one with %s', async (_name, change, pointer) => {
    expect(await fault({ ...sound, ...change })).toBe(pointer);
  });

  it('takes nothing that who evaluates rules would leave out', async () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, NaN, Infinity, -1, 0.5, '', [], [texts], {}));
    const members = fc.constantFrom(...Object.keys(sound), 'intervals');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('threshold', 'absence'), members, odd, async (type, member, value) => {
        const threshold: Record<string, unknown> = sound;
        const absence = { type, titles: texts, severity: 'low', advice: texts, intervals: 3 };
        const definition = { ...(type === 'threshold' ? threshold : absence), [member]: value };
        if ((await fault(definition)) !== null) return;
        expect(readDefinition({ ...definition, id: 'pm25-high' }, kind)).toHaveProperty('definition');
      }),
      { numRuns: 500, seed: 20261128 },
    );
  });
});

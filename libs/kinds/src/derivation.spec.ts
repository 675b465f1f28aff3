import { describe, expect, it } from '@jest/globals';
import {
  countsIn,
  DAY_MS,
  type Derivation,
  derivationFaults,
  eachDay,
  HOUR_MS,
  hoursBack,
  nights,
  stepEnd,
  windowEnds,
} from './derivation.js';
import { groupOf, isGroupId, parseGroupId } from './group.js';

const at = (local: string): number => Date.parse(`${local}+08:00`);

describe('windows in Hong Kong', () => {
  it('end with the hour, and the hour that begins then is the next', () => {
    expect(stepEnd(hoursBack(3), at('2026-03-02T10:59:59.999'))).toBe(at('2026-03-02T11:00:00'));
    expect(stepEnd(hoursBack(3), at('2026-03-02T11:00:00'))).toBe(at('2026-03-02T12:00:00'));
    expect(windowEnds(hoursBack(3), at('2026-03-02T11:00:00'))).toEqual(
      ['11', '12', '13'].map((hour) => at(`2026-03-02T${hour}:00:00`)),
    );
  });

  it('of every three hours are counted from midnight', () => {
    expect(stepEnd(hoursBack(168, 3), at('2026-03-02T22:00:00'))).toBe(at('2026-03-03T00:00:00'));
    expect(windowEnds(hoursBack(168, 3), 0)).toHaveLength(56);
  });

  it('of a night run over midnight, and belong to the morning', () => {
    const night = eachDay(23, 7);
    expect(night.lengthMs).toBe(8 * HOUR_MS);
    expect(stepEnd(night, at('2026-03-01T23:00:00'))).toBe(at('2026-03-02T07:00:00'));
    expect(['2026-03-01T22:59:59', '2026-03-01T23:00:00', '2026-03-02T06:59:59', '2026-03-02T07:00:00'].map((t) => countsIn(night, at(t)))).toEqual([false, true, true, false]); // prettier-ignore
  });

  it('from noon to noon are a whole day', () => {
    expect(eachDay(12, 12)).toEqual({ everyMs: DAY_MS, endsAtMs: 12 * HOUR_MS, lengthMs: DAY_MS });
    expect(stepEnd(eachDay(12, 12), at('2026-03-02T12:00:00'))).toBe(at('2026-03-03T12:00:00'));
  });

  it('of three nights leave the days out', () => {
    const survey = nights(3, 19, 7);
    expect(survey.lengthMs).toBe(12 * HOUR_MS + 2 * DAY_MS);
    expect(countsIn(survey, at('2026-03-02T06:59:00'))).toBe(true);
    expect(countsIn(survey, at('2026-03-02T12:00:00'))).toBe(false);
    expect(windowEnds(survey, at('2026-03-02T07:00:00'))).toEqual(
      ['02', '03', '04'].map((day) => at(`2026-03-${day}T07:00:00`)),
    );
  });
});

describe('a declaration', () => {
  const sound: Derivation = {
    name: 'sound',
    metrics: ['made'],
    inputs: ['sent'],
    groupBy: null,
    window: hoursBack(1),
    bucketMs: HOUR_MS,
    aggregates: ['mean'],
    compute: () => null,
  };
  const metrics = [{ name: 'sent' }, { name: 'made', derived: true }];

  it('is taken when it is sound', () => {
    expect([...derivationFaults(sound, metrics)]).toEqual([]);
  });

  it.each([
    ['a name that is not kebab-case', { name: 'So und' }, 'must be kebab-case'],
    ['a metric that devices send', { metrics: ['sent'] }, 'which is not a derived metric'],
    ['an input that nobody sends', { inputs: ['made'] }, 'which no device sends'],
    ['no inputs', { inputs: [] }, 'needs metrics and inputs'],
    ['a window every five hours', { window: hoursBack(5, 5) }, 'does not repeat within a day'],
    ['buckets wider than the step', { bucketMs: 2 * HOUR_MS }, 'do not fit into its window'],
  ])('is refused with %s', (_what, change, fault) => {
    expect([...derivationFaults({ ...sound, ...change }, metrics)].join()).toContain(fault);
  });
});

describe('groups', () => {
  const device = { kind: 'parking-space', department: 'td', district: 'E', tags: {} };

  it('are told apart by tag, kind and department, and not by how a street is written', () => {
    const [one, two] = ['Nathan Road ', 'nathan  ROAD'].map((street) =>
      groupOf('street', { ...device, tags: { street } }),
    );
    expect(one).toEqual({ id: 'street:parking-space:td:nathan-road', tag: 'street', kind: 'parking-space', department: 'td', name: 'Nathan Road' }); // prettier-ignore
    expect(two!.id).toBe(one!.id);
    expect(groupOf('street', { ...device, department: 'lcsd', tags: { street: 'Nathan Road' } }).id).not.toBe(one!.id);
    expect(groupOf('street', { ...device, tags: { street: '彌敦道' } }).id).toBe('street:parking-space:td:彌敦道');
  });

  it('are the district where the tag is missing or says nothing', () => {
    expect(groupOf('street', device).id).toBe('district:parking-space:td:E');
    expect(groupOf('street', { ...device, tags: { street: ' - ' } }).id).toBe('district:parking-space:td:E');
    expect(groupOf('place', { ...device, tags: { street: 'x' } }).id).toBe('district:parking-space:td:E');
  });

  it('have ids that no device has and that can be read back', () => {
    expect(isGroupId('street:parking-space:td:nathan-road')).toBe(true);
    expect(isGroupId('GF3637')).toBe(false);
    expect(parseGroupId('place:rodent-camera:fehd:a')).toEqual({ id: 'place:rodent-camera:fehd:a', tag: 'place', kind: 'rodent-camera', department: 'fehd' }); // prettier-ignore
    for (const strange of ['', 'GF3637', 'road:a:b:c', 'street:a:b', 'street:a:b:', 'street:a:b:c:d'])
      expect(parseGroupId(strange)).toBeNull();
  });
});

import type { DeadLetterGroup, Replay } from '../api/dead-letters';
import { suggestedType, TOPIC_LEVEL } from '../onboarding/device-fields';
import { filterOf, readQuarantineSearch } from './quarantine-search';
import { lettersOf, reasonGroupsOf } from './reason-groups';
import { progressOf, settledOf, subjectOf } from './replay-figures';

describe('the address of the quarantine', () => {
  it.each([
    [{}, {}],
    [{ tab: 'seen' }, { tab: 'seen' }],
    [{ tab: 'letters', code: 'unknown-device' }, { code: 'unknown-device' }],
    [{ tab: 'nonsense', device: '', kind: ['a'] }, {}],
    // The router reads digits as a number.
    [{ device: 4711 }, { device: '4711' }],
  ])('%j is read as %j', (search, read) => {
    expect(readQuarantineSearch(search)).toEqual(read);
  });

  it('selects letters without its tab', () => {
    expect(filterOf({ tab: 'replays', kind: 'litter-bin' })).toEqual({ kind: 'litter-bin' });
  });
});

describe('reasons', () => {
  const group = (key: Record<string, string | null>, letters: number): DeadLetterGroup => ({
    key,
    letters,
    open: letters,
    firstReceivedAt: '2026-11-20T10:00:00.000Z',
    lastReceivedAt: '2026-11-20T11:00:00.000Z',
  });
  const groups = reasonGroupsOf(
    [group({ code: 'unknown-device' }, 7), group({ code: 'out-of-range' }, 3)],
    [
      group({ code: 'unknown-device', kind: null }, 7),
      group({ code: 'out-of-range', kind: 'litter-bin' }, 2),
      group({ code: 'out-of-range', kind: 'air-station' }, 1),
    ],
    [
      group({ code: 'unknown-device', device: 'A' }, 4),
      group({ code: 'unknown-device', device: 'B' }, 2),
      group({ code: 'unknown-device', device: null }, 1),
      group({ code: 'out-of-range', device: 'C' }, 3),
    ],
  );

  it('name their kinds and count their devices, and what names none is neither', () => {
    expect(groups.map(({ code, kinds, devices }) => [code, kinds, devices])).toEqual([
      ['unknown-device', [], 2],
      ['out-of-range', ['litter-bin', 'air-station'], 1],
    ]);
  });

  it('keep the order of the API and add up', () => {
    expect(groups.map(({ letters }) => letters)).toEqual([7, 3]);
    expect(lettersOf(groups)).toBe(10);
  });
});

describe('a replay', () => {
  const replay = (change: Partial<Replay>): Replay => ({
    id: 'r',
    state: 'running',
    createdAt: '2026-11-20T10:00:00.000Z',
    createdBy: 'admin',
    filter: {},
    total: 10,
    published: 0,
    skipped: 0,
    stored: 0,
    duplicates: 0,
    refusedAgain: 0,
    perSecond: null,
    secondsLeft: null,
    finishedAt: null,
    trouble: null,
    ...change,
  });

  it('is as far as it is known what became of its letters, not as far as they were sent', () => {
    const half = replay({ published: 9, stored: 3, duplicates: 1, refusedAgain: 1 });
    expect(settledOf(half)).toBe(5);
    expect(progressOf(half)).toBe(0.5);
  });

  it('of nothing is done, and is never more than done', () => {
    expect(progressOf(replay({ total: 0 }))).toBe(1);
    expect(progressOf(replay({ total: 2, stored: 3 }))).toBe(1);
  });

  it('says what it is about', () => {
    expect(subjectOf(replay({ filter: { device: 'GF3637', code: 'no-codec', from: '2026-11-20' } }))).toEqual([
      'no-codec',
      'GF3637',
    ]);
    expect(subjectOf(replay({ filter: {} }))).toEqual([]);
  });
});

describe('the adoption of a device', () => {
  const types = [
    { id: 'acme-th-1', vendor: 'Acme', model: 'TH-1', kind: 'lpwan-node', titles: {} },
    { id: 'milesight-em300', vendor: 'Milesight', model: 'EM300', kind: 'lpwan-node', titles: {} },
  ];

  it.each([
    ['acme-th-1', 'acme-th-1'],
    ['Milesight EM300 (AS923)', 'milesight-em300'],
    ['milesight', undefined],
    ['Default profile', undefined],
    [null, undefined],
  ])('of the profile %p suggests %p', (profile, id) => {
    expect(suggestedType(types, profile)?.id).toBe(id);
  });

  it.each([
    ['0016c001f000175a', true],
    ['GF-36.37_a', true],
    ['-GF', false],
    ['a b', false],
    ['', false],
    ['a'.repeat(65), false],
  ])('takes %p for an id: %p', (id, taken) => {
    // As a browser compiles the pattern of an input.
    expect(new RegExp(`^(?:${TOPIC_LEVEL})$`, 'v').test(id)).toBe(taken);
  });
});

import { askedOf, type DeadLetterGroup, NONE, type Replay } from '../api/dead-letters';
import { suggestedType, TOPIC_LEVEL } from '../onboarding/device-fields';
import { filterOf, readQuarantineSearch } from './quarantine-search';
import { letterGroupsOf, lettersOf } from './letter-groups';
import { progressOf, settledOf, subjectOf } from './replay-figures';

describe('the address of the quarantine', () => {
  it.each([
    [{}, {}],
    [{ tab: 'seen' }, { tab: 'seen' }],
    [{ tab: 'letters', code: 'unknown-device' }, { code: 'unknown-device' }],
    [{ tab: 'nonsense', device: '', kind: ['a'] }, {}],
    // The router reads digits as a number.
    [{ device: 4711 }, { device: '4711' }],
    [
      { by: 'source', source: 'gwin' },
      { by: 'source', source: 'gwin' },
    ],
    [{ by: 'code' }, {}],
    [{ by: 'topic', topic: 'x' }, {}],
  ])('%j is read as %j', (search, read) => {
    expect(readQuarantineSearch(search)).toEqual(read);
  });

  it('selects letters without its tab', () => {
    expect(filterOf({ tab: 'replays', by: 'device', kind: 'litter-bin' })).toEqual({ kind: 'litter-bin' });
  });

  it('asks the API for letters that have no device or kind in its own words', () => {
    expect(askedOf({ code: 'no-codec', device: NONE, kind: NONE })).toEqual({
      code: 'no-codec',
      without: 'device,kind',
    });
    expect(askedOf({ kind: 'litter-bin' })).toEqual({ kind: 'litter-bin' });
    expect(askedOf({})).toEqual({});
  });
});

describe('groups of letters', () => {
  const group = (key: Record<string, string | null>, letters: number): DeadLetterGroup => ({
    key,
    letters,
    open: letters,
    firstReceivedAt: '2026-11-20T10:00:00.000Z',
    lastReceivedAt: '2026-11-20T11:00:00.000Z',
  });
  const byCode = [group({ code: 'unknown-device' }, 7), group({ code: 'out-of-range' }, 3)];
  const brief = (groups: ReturnType<typeof letterGroupsOf>) =>
    groups.map(({ value, letters, detail, devices }) => [value, letters, detail, devices]);

  it('by reason name their kinds and count their devices, and what names none is neither', () => {
    const byKind = [
      group({ code: 'unknown-device', kind: null }, 7),
      group({ code: 'out-of-range', kind: 'litter-bin' }, 2),
      group({ code: 'out-of-range', kind: 'air-station' }, 1),
    ];
    const byDevice = [
      group({ code: 'unknown-device', device: 'A' }, 4),
      group({ code: 'unknown-device', device: 'B' }, 2),
      group({ code: 'unknown-device', device: null }, 1),
      group({ code: 'out-of-range', device: 'C' }, 3),
    ];
    expect(brief(letterGroupsOf('code', byCode, byKind, byDevice))).toEqual([
      ['unknown-device', 7, [], 2],
      ['out-of-range', 3, ['litter-bin', 'air-station'], 1],
    ]);
  });

  it('by anything else name their reasons, and those without it stand together', () => {
    const byKind = [group({ kind: null }, 7), group({ kind: 'litter-bin' }, 2)];
    const reasons = [
      group({ kind: null, code: 'unknown-device' }, 6),
      group({ kind: null, code: 'bad-json' }, 1),
      group({ kind: 'litter-bin', code: 'out-of-range' }, 2),
    ];
    const devices = [group({ kind: 'litter-bin', device: 'B1' }, 1), group({ kind: 'litter-bin', device: 'B2' }, 1)];
    expect(brief(letterGroupsOf('kind', byKind, reasons, devices))).toEqual([
      [NONE, 7, ['unknown-device', 'bad-json'], 0],
      ['litter-bin', 2, ['out-of-range'], 2],
    ]);
  });

  it('by device do not count devices, and by source leave out what came from nobody', () => {
    const byDevice = [group({ device: 'A' }, 2)];
    expect(brief(letterGroupsOf('device', byDevice, [], byDevice))).toEqual([['A', 2, [], 0]]);
    const bySource = [group({ source: '' }, 2), group({ source: 'gwin' }, 1), group({ source: null }, 1)];
    expect(brief(letterGroupsOf('source', bySource, [], []))).toEqual([['gwin', 1, [], 0]]);
  });

  it('add up', () => {
    expect(lettersOf(byCode)).toBe(10);
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
    const subject = (filter: Replay['filter']): string[] => subjectOf(replay({ filter }), (member) => `no ${member}`);
    expect(subject({ device: 'GF3637', code: 'no-codec', from: '2026-11-20' })).toEqual(['no-codec', 'GF3637']);
    expect(subject({ source: 'gwin', without: ['kind'] })).toEqual(['gwin', 'no kind']);
    expect(subject({})).toEqual([]);
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

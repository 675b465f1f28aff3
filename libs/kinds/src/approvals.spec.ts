import { admissibleKinds, readApprovals, refusalOf, refusedKinds } from './approvals.js';
import { kinds } from './catalogue.js';
import { defineKind } from './define-kind.js';
import { IntegerMetric } from './metric.decorators.js';
import { titles } from './titles.js';

const SOMETHING = titles('Something', '某物', '某物');

/** A kind that this city does not have: it reads number plates. */
class PlateReaderPayload {
  @IntegerMetric({
    titles: SOMETHING,
    quantity: 'plateHash',
    unit: '1',
    min: 0,
    max: 2 ** 48,
    definition: 'https://example.org/plate',
    privacy: 'personal',
    purpose: SOMETHING,
    retentionDays: 1,
  })
  plateHash?: number;
}

const PLATE_READER = {
  name: 'plate-reader',
  titles: SOMETHING,
  description: SOMETHING,
  department: 'td',
  intervalMs: 60_000,
  payload: PlateReaderPayload,
  simulate: () => ({ plateHash: 1 }),
  alarms: [],
} as const;

const plateReader = defineKind({
  ...PLATE_READER,
  identifiesPeople: {
    what: titles('Number plates', '車牌', '车牌'),
    approvalRequired: titles('Privacy Commissioner', '私隱專員', '隐私专员'),
  },
});
const harmless = kinds.filter((kind) => kind.identifiesPeople === undefined);
const planted = [...harmless, plateReader];

describe('T40 kinds that would identify people', () => {
  it('are refused without an approval, by name and with the reason', () => {
    expect(admissibleKinds(planted, new Map())).toEqual(harmless);
    expect(refusedKinds(planted, new Map())).toEqual([
      { kind: plateReader, reason: 'identifies-people-without-approval' },
    ]);
  });

  it('are admitted under a recorded approval of their own, and only then', () => {
    expect(admissibleKinds(planted, new Map([['plate-reader', 'PCPD/2026/14']]))).toEqual(planted);
    expect(refusedKinds(planted, new Map([['plate-reader', 'PCPD/2026/14']]))).toEqual([]);
    expect(admissibleKinds(planted, new Map([['crowd-counter', 'PCPD/2026/14']]))).toEqual(harmless);
    expect(admissibleKinds(planted, new Map([['plate-reader', ' ']]))).toEqual(harmless);
  });

  it('cannot hide: a metric about single persons needs consent or an approval', () => {
    expect(() => defineKind(PLATE_READER)).toThrow("metric 'plateHash' is about single persons");
    expect(defineKind({ ...PLATE_READER, consent: SOMETHING }).consent).toBe(SOMETHING);
  });

  it('are few in this city, and refused with what would have to be approved', () => {
    const identifying = kinds.filter((kind) => kind.identifiesPeople !== undefined);
    expect(identifying.map(({ name }) => name)).toEqual(['journey-time']);
    expect(refusalOf('journey-time', kinds, new Map())).toMatch(
      /A privacy impact assessment.*LAMPLIGHTER_APPROVED_KINDS=journey-time=/,
    );
    expect(refusalOf('journey-time', kinds, new Map([['journey-time', 'PIA/2026/3']]))).toBeNull();
    expect(refusalOf('smart-lamppost', kinds, new Map())).toBeNull();
    expect(refusalOf('no-kind', kinds, new Map())).toBeNull();
  });
});

describe('the setting of approvals', () => {
  it('names kinds and references', () => {
    expect(readApprovals('', planted)).toEqual({ approvals: new Map(), faults: [] });
    expect(readApprovals(' plate-reader = PCPD/2026=14 ,', planted)).toEqual({
      approvals: new Map([['plate-reader', 'PCPD/2026=14']]),
      faults: [],
    });
  });

  it.each([
    ['plate-reader', "'plate-reader' has no reference"],
    ['plate-reader=', "'plate-reader' has no reference"],
    ['plate-raeder=X', "'plate-raeder' is not a kind; did you mean 'plate-reader'?"],
    ['crowd-counter=X', "'crowd-counter' identifies nobody"],
    ['plate-reader=X,plate-reader=Y', "'plate-reader' is approved twice"],
  ])('refuses %s', (text, fault) => {
    const { faults } = readApprovals(text, planted);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });
});

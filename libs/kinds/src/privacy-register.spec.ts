import { kinds } from './catalogue.js';
import { privacyRegister } from './privacy-register.js';

const register = privacyRegister(kinds);
const entryOf = (name: string) => register.find(({ kind }) => kind === name)!;

describe('T40 the public register', () => {
  it('names every kind with its department, as plain JSON', () => {
    expect(register.map(({ kind }) => kind)).toEqual(kinds.map(({ name }) => name));
    expect(JSON.parse(JSON.stringify(register))).toEqual(register);
    expect(entryOf('smart-lamppost').department).toMatchObject({ id: 'hyd', titles: { 'zh-Hant': '路政署' } });
  });

  it('says what a lamppost collects about people, why, and for how long', () => {
    expect(entryOf('smart-lamppost').collects.map(({ metric }) => metric)).toEqual(['vehicles', 'people', 'meanSpeed']);
    expect(entryOf('smart-lamppost').collects[1]).toEqual({
      metric: 'people',
      what: { en: 'People passing', 'zh-Hant': '人流', 'zh-Hans': '人流' },
      privacy: 'aggregate',
      privacyTitles: expect.objectContaining({ en: 'Totals, means or states; nobody is recognised.' }),
      why: expect.objectContaining({ en: expect.stringContaining('To plan facilities') }),
      retentionDays: 731,
      keptFor: { en: '2 years', 'zh-Hant': '2 年', 'zh-Hans': '2 年' },
    });
  });

  it('says so when a kind collects nothing about people', () => {
    expect(entryOf('slope-tilt')).toMatchObject({
      collects: [],
      consent: null,
      identifiesPeople: null,
      summary: { en: 'Collects nothing about people.' },
    });
  });

  it('says how a hiker consents, and that a track is kept for a week', () => {
    const beacon = entryOf('hiker-beacon');
    expect(beacon.summary.en).toBe('Collects data about single persons, with their consent.');
    expect(beacon.consent?.en).toMatch(/withdraws the consent/);
    expect(beacon.collects.find(({ metric }) => metric === 'latitude')).toMatchObject({
      privacy: 'personal',
      keptFor: { en: '7 days', 'zh-Hant': '7 日', 'zh-Hans': '7 天' },
    });
  });

  it('shows the reference of the approval of a kind that identifies people', () => {
    const what = { en: 'Number plates', 'zh-Hant': '車牌', 'zh-Hans': '车牌' };
    const kind = { ...kinds[0]!, name: 'plate-reader', identifiesPeople: { what, approvalRequired: what } };
    expect(privacyRegister([kind])[0]!.identifiesPeople).toEqual({
      what,
      approvalRequired: what,
      approvalReference: null,
    });
    expect(privacyRegister([kind], new Map([['plate-reader', 'PCPD/2026/14']]))[0]).toMatchObject({
      summary: { en: 'Could identify people; used only under a recorded approval.' },
      identifiesPeople: { approvalReference: 'PCPD/2026/14' },
    });
  });
});

import { ERRORS, type ErrorEntry } from '#core';
import { PROBLEMS } from '../../apps/console/src/problems/problem-texts.js';
import { REASONS } from '../../apps/console/src/quarantine/reasons.js';

const catalogue = ERRORS as Readonly<Record<string, ErrorEntry>>;

describe('the reasons that the console explains are those of the error catalogue', () => {
  it.each(Object.entries(REASONS))('%s', (code, { title, remedy }) => {
    const entry = catalogue[code];
    expect(entry?.family).toBe('rejection');
    expect({ title: title.en, remedy: remedy.en }).toEqual({ title: entry?.title, remedy: entry?.remedy });
  });

  it.each(Object.entries(REASONS))('%s is said in three languages', (_code, { title, remedy }) => {
    for (const texts of [title, remedy]) expect(Object.values(texts).filter((text) => text.trim() === '')).toEqual([]);
  });

  it('are all rejections of the catalogue', () => {
    const rejections = Object.entries(catalogue).filter(([, { family }]) => family === 'rejection');
    expect(rejections.map(([code]) => code).filter((code) => !(code in REASONS))).toEqual([]);
  });
});

describe('the problems that the console explains are those of the error catalogue', () => {
  /** These stop a process before it answers anything. */
  const NEVER_ANSWERED = ['bad-configuration', 'data-directory-in-use'];

  it.each(Object.entries(PROBLEMS))('%s', (code, { title, remedy }) => {
    expect(catalogue[code]?.family).not.toBe('rejection');
    expect({ title: title.en, remedy: remedy.en }).toMatchObject({
      title: catalogue[code]?.title,
      remedy: catalogue[code]?.remedy,
    });
    for (const texts of [title, remedy]) expect(Object.values(texts).filter((text) => text.trim() === '')).toEqual([]);
  });

  it('are all that a request can meet', () => {
    const met = Object.entries(catalogue).filter(([code, { family }]) => family !== 'rejection' && !NEVER_ANSWERED.includes(code)); // prettier-ignore
    expect(met.map(([code]) => code).filter((code) => !(code in PROBLEMS))).toEqual([]);
  });
});

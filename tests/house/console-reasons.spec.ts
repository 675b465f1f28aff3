import { ERRORS, type ErrorEntry } from '#core';
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

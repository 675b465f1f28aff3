import { en } from './en';
import { preferredLanguage } from './index';
import { zhHans } from './zh-hans';
import { zhHant } from './zh-hant';

function leaves(tree: object, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as [string, string]]
      : leaves(value as object, `${path}${key}.`),
  );
}
const placeholders = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!).sort();

describe('the texts of the console', () => {
  const english = new Map(leaves(en));

  it.each([
    ['繁體中文', zhHant],
    ['简体中文', zhHans],
  ])('%s has every text of English with the same placeholders, and none that is empty', (_name, texts) => {
    const translated = new Map(leaves(texts));
    expect([...translated.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of translated) {
      expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key)!)]);
      expect(text.trim()).not.toBe('');
    }
  });

  it.each([
    ['zh-Hans', ['en'], 'zh-Hans'],
    [null, ['zh-HK', 'en'], 'zh-Hant'],
    [null, ['zh-TW'], 'zh-Hant'],
    [null, ['zh-CN'], 'zh-Hans'],
    [null, ['fr', 'en-GB'], 'en'],
    ['klingon', ['de'], 'en'],
  ] as const)('remembered %s and wanted %j give %s', (remembered, wanted, language) => {
    expect(preferredLanguage(remembered, wanted)).toBe(language);
  });
});

export const LANGUAGES = ['en', 'zh-Hant', 'zh-Hans'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * The best of our languages for an Accept-Language header (RFC 9110 section 12.5.4). Chinese of Taiwan, Hong Kong and Macao is written in
 * the traditional script, and so is Chinese that does not say; English where nothing fits.
 */
export function languageOf(header: string | undefined): Language {
  const asked = (header ?? '').split(',').map((part) => {
    const [tag, ...parameters] = part.trim().toLowerCase().split(';');
    const quality = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((each) => each !== undefined);
    return { tag: tag!.trim(), quality: quality === undefined ? 1 : Number(quality) };
  });
  const best = asked.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality);
  for (const { tag } of best) {
    if (/^zh-(hans|cn|sg|my)\b/.test(tag)) return 'zh-Hans';
    if (/^zh\b|^yue\b/.test(tag)) return 'zh-Hant';
    if (/^en\b/.test(tag)) return 'en';
  }
  return 'en';
}

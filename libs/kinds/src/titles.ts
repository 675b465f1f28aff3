import type { Titles } from './kind.js';

/** English, 繁體中文 (as written in Hong Kong), 简体中文. */
export function titles(en: string, traditional: string, simplified: string): Titles {
  return { en, 'zh-Hant': traditional, 'zh-Hans': simplified };
}

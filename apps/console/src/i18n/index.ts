import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Titles } from '../api/types';
import { en } from './en';
import { zhHans } from './zh-hans';
import { zhHant } from './zh-hant';

export const LANGUAGES = { en: 'English', 'zh-Hant': '繁體中文', 'zh-Hans': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

const REMEMBERED = 'lamplighter.language';
const isLanguage = (text: string | null): text is Language => text !== null && text in LANGUAGES;

/** The remembered choice, else what the browser asks for: zh-TW, zh-HK and zh-MO read traditional characters. */
export function preferredLanguage(remembered: string | null, wanted: readonly string[]): Language {
  if (isLanguage(remembered)) return remembered;
  for (const tag of wanted) {
    if (/^zh\b.*\b(hant|tw|hk|mo)\b/i.test(tag)) return 'zh-Hant';
    if (/^zh\b/i.test(tag)) return 'zh-Hans';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

export async function startTranslation(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: preferredLanguage(localStorage.getItem(REMEMBERED), navigator.languages),
    fallbackLng: 'en',
    resources: { en: { translation: en }, 'zh-Hant': { translation: zhHant }, 'zh-Hans': { translation: zhHans } },
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
}

export async function changeLanguage(language: Language): Promise<void> {
  await i18next.changeLanguage(language);
  localStorage.setItem(REMEMBERED, language);
  document.documentElement.lang = language;
}

/** The translator, the language, and the choice of a title that the API gave in all three. */
export function useLanguage() {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  return {
    t,
    language,
    titleOf: (titles: Titles | undefined, fallback = ''): string => titles?.[language] ?? fallback,
  };
}

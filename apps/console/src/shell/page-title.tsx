import { useEffect } from 'react';
import { useLanguage } from '../i18n';

/** What the window and the history of the browser call the page (WCAG 2.4.2). */
export function usePageTitle(...parts: readonly string[]): void {
  const { t } = useLanguage();
  const title = [...parts, t('app.title')].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}

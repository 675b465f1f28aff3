import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useLanguage } from '../i18n';
import { usePageTitle } from '../shell/page-title';

const PAGES = [
  { to: '/onboarding', name: 'overview' },
  { to: '/onboarding/import', name: 'import' },
  { to: '/onboarding/claims', name: 'claims' },
  { to: '/onboarding/device-types', name: 'types' },
  { to: '/onboarding/network-servers', name: 'servers' },
] as const;

type OnboardingPage = (typeof PAGES)[number]['name'];

/** What stands around the pages by which devices come in. */
export function OnboardingFrame({ page, children }: { page: OnboardingPage; children: ReactNode }) {
  const { t } = useLanguage();
  usePageTitle(t(`onboarding.tabs.${page}`), t('onboarding.heading'));
  return (
    <main className="page onboarding" id="main" tabIndex={-1}>
      <div className="page-head">
        <h1>{t('onboarding.heading')}</h1>
        <nav className="tabs" aria-label={t('onboarding.heading')}>
          {PAGES.map(({ to, name }) => (
            <Link key={to} to={to} activeOptions={{ exact: name === 'overview', includeSearch: false }}>
              {t(`onboarding.tabs.${name}`)}
            </Link>
          ))}
        </nav>
      </div>
      {children}
    </main>
  );
}

/** What a page is for, in one sentence, and what can be done on it. */
export function PageIntro({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="page-intro">
      <p className="muted">{text}</p>
      {children && <div className="page-actions">{children}</div>}
    </div>
  );
}

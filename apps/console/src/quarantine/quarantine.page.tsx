import { getRouteApi, Link } from '@tanstack/react-router';
import { useLanguage } from '../i18n';
import { usePageTitle } from '../shell/page-title';
import { FirstSeen } from './first-seen';
import { Letters } from './letters';
import { TABS, type QuarantineSearch, type Tab } from './quarantine-search';
import { ReplayHistory } from './replay-history';
import { RunningReplays } from './running-replays';

const route = getRouteApi('/quarantine');

/** What could not be stored: why, what to do, and sending it through the platform again. */
export function QuarantinePage() {
  const { t } = useLanguage();
  const search = route.useSearch();
  const tab: Tab = search.tab ?? 'letters';
  usePageTitle(t(`quarantine.tabs.${tab}`), t('quarantine.heading'));
  return (
    <main className="page" id="main" tabIndex={-1}>
      <div className="page-head">
        <h1>{t('quarantine.heading')}</h1>
        <nav className="tabs" aria-label={t('quarantine.heading')}>
          {TABS.map((one) => (
            <Link
              key={one}
              to="/quarantine"
              search={searchOf(one, search)}
              activeOptions={{ includeSearch: true, exact: true }}
              aria-current={tab === one ? 'page' : undefined}
            >
              {t(`quarantine.tabs.${one}`)}
            </Link>
          ))}
        </nav>
      </div>
      <RunningReplays />
      {tab === 'letters' && <Letters search={search} />}
      {tab === 'seen' && <FirstSeen />}
      {tab === 'replays' && <ReplayHistory />}
    </main>
  );
}

/** The letters keep their filter while the reader looks at another tab. */
function searchOf(tab: Tab, { tab: _left, ...filter }: QuarantineSearch): QuarantineSearch {
  return tab === 'letters' ? filter : { ...filter, tab };
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { AlarmAnnouncer } from '../alarms/alarm-announcer';
import { api, Problem } from '../api/client';
import { LiveAlarms, useLive } from '../api/live';
import { sessionQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { SignInPage } from '../session/sign-in.page';
import { LampMark } from './lamp-mark';
import { LanguageChoice } from './language-choice';
import { Navigation, PrivacyLink } from './navigation';
import { Failure, Loading } from './states';

/** What stands around every page: who is signed in, the language, and whether what is shown is live. */
export function Shell() {
  const session = useQuery(sessionQuery);
  if (session.isPending) return <Loading />;
  if (session.error instanceof Problem && (session.error.status === 401 || session.error.status === 403))
    return <SignInPage ended={session.data !== undefined} />;
  if (session.isLoadingError) return <Failure text="session.unreachable" retry={() => void session.refetch()} />;
  return (
    <LiveAlarms>
      <Header username={session.data.username} />
      <AlarmAnnouncer />
      <Outlet />
      <footer className="footer">
        <PrivacyLink />
      </footer>
    </LiveAlarms>
  );
}

function Header({ username }: { username: string }) {
  const { t } = useLanguage();
  const client = useQueryClient();
  // The alarms are on the operations and on the page of a device; elsewhere the content is what a reader wants.
  const alarms = useLocation({ select: ({ pathname }) => pathname === '/' || pathname.startsWith('/devices/') });
  const signOut = async (): Promise<void> => {
    await api('DELETE', '/v1/session').catch(() => undefined);
    client.clear();
    await client.invalidateQueries();
    location.assign('/');
  };
  return (
    <header className="header">
      <a className="skip" href={alarms ? '#alarms' : '#main'}>
        {t(alarms ? 'app.skip' : 'app.skipMain')}
      </a>
      <Link to="/" className="brand">
        <LampMark />
        {t('app.title')}
      </Link>
      <Navigation />
      <ConnectionState />
      <div className="header-end">
        <LanguageChoice />
        <span className="user">{username}</span>
        <button type="button" className="quiet" onClick={() => void signOut()}>
          {t('app.signOut')}
        </button>
      </div>
    </header>
  );
}

function ConnectionState() {
  const { t } = useLanguage();
  const { connection, paused, waiting, setPaused } = useLive();
  const state = paused ? 'paused' : connection;
  return (
    <div className="connection">
      <span role="status" data-state={state}>
        <span aria-hidden="true" className="connection-mark" />
        {t(`live.${state}`)}
      </span>
      {/* Beside the live region: it may change many times a minute. */}
      {paused && waiting > 0 && <span>{t('live.waiting', { count: waiting })}</span>}
      <button type="button" className="quiet" onClick={() => setPaused(!paused)}>
        {t(paused ? 'live.resume' : 'live.pause')}
      </button>
    </div>
  );
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { api, Problem } from '../api/client';
import { LiveAlarms, useLive } from '../api/live';
import { sessionQuery } from '../api/queries';
import { changeLanguage, LANGUAGES, useLanguage, type Language } from '../i18n';
import { SignInPage } from '../session/sign-in.page';
import { Failure, Loading } from './states';

/** What stands around every page: who is signed in, the language, and whether what is shown is live. */
export function Shell() {
  const session = useQuery(sessionQuery);
  if (session.isPending) return <Loading />;
  if (session.error instanceof Problem && (session.error.status === 401 || session.error.status === 403)) return <SignInPage />;
  if (session.error) return <Failure text="session.unreachable" retry={() => void session.refetch()} />;
  return (
    <LiveAlarms>
      <Header username={session.data.username} />
      <Outlet />
    </LiveAlarms>
  );
}

function Header({ username }: { username: string }) {
  const { t } = useLanguage();
  const client = useQueryClient();
  const signOut = async (): Promise<void> => {
    await api('DELETE', '/v1/session').catch(() => undefined);
    client.clear();
    await client.invalidateQueries();
    location.assign('/');
  };
  return (
    <header className="header">
      <a className="skip" href="#alarms">
        {t('app.skip')}
      </a>
      <Link to="/" className="brand">
        <LampMark />
        {t('app.title')}
      </Link>
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

export function LanguageChoice() {
  const { t, language } = useLanguage();
  return (
    <label className="language">
      <span className="visually-hidden">{t('app.language')}</span>
      <select value={language} onChange={(event) => void changeLanguage(event.target.value as Language)}>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
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
        {paused && waiting > 0 ? ` · ${t('live.waiting', { count: waiting })}` : ''}
      </span>
      <button type="button" className="quiet" onClick={() => setPaused(!paused)}>
        {t(paused ? 'live.resume' : 'live.pause')}
      </button>
    </div>
  );
}

export function LampMark() {
  return (
    <svg className="lamp" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M9 12a7 7 0 0 1 14 0z" className="lamp-head" />
      <path d="M10 28h12M16 28V12" className="lamp-post" />
    </svg>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api, Problem } from '../api/client';
import { sessionQuery } from '../api/queries';
import type { Session } from '../api/types';
import { useLanguage } from '../i18n';
import { LampMark } from '../shell/lamp-mark';
import { LanguageChoice } from '../shell/language-choice';
import { PrivacyLink } from '../shell/navigation';
import { usePageTitle } from '../shell/page-title';

/** `ended`: the reader was signed in, and is no more. */
export function SignInPage({ ended }: { ended: boolean }) {
  const { t } = useLanguage();
  usePageTitle(t('session.heading'));
  const client = useQueryClient();
  const signIn = useMutation({
    mutationFn: (credentials: { username: string; password: string }) =>
      api<Session>('POST', '/v1/session', credentials),
    onSuccess: (session) => {
      // What the one before could see is not for the one who comes.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
      client.setQueryData(sessionQuery.queryKey, session);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ username: String(form.get('username')), password: String(form.get('password')) });
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <LampMark />
        <h1>{t('session.heading')}</h1>
        <p className="muted">{t('session.intro')}</p>
        {ended && <p role="status">{t('session.ended')}</p>}
        <label>
          {t('session.username')}
          <input name="username" autoComplete="username" required autoFocus />
        </label>
        <label>
          {t('session.password')}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {signIn.error && (
          <p className="fault" role="alert">
            {t(faultOf(signIn.error))}
          </p>
        )}
        <button type="submit" className="primary" disabled={signIn.isPending}>
          {t('session.submit')}
        </button>
        <LanguageChoice />
        <PrivacyLink />
      </form>
    </main>
  );
}

function faultOf(error: Error): 'session.wrong' | 'session.throttled' | 'session.unreachable' {
  const status = error instanceof Problem ? error.status : 0;
  if (status === 429) return 'session.throttled';
  return status >= 400 && status < 500 ? 'session.wrong' : 'session.unreachable';
}

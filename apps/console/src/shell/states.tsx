import { Link } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { useLanguage } from '../i18n';
import { absoluteTime, relativeTime } from '../format/time';
import { usePageTitle } from './page-title';

export function Loading() {
  const { t } = useLanguage();
  return (
    <p className="state" role="status">
      {t('app.loading')}
    </p>
  );
}

export function Failure({
  text,
  values,
  retry,
}: {
  text: string;
  values?: Record<string, string>;
  retry?: () => void;
}) {
  const { t } = useLanguage();
  return (
    <div className="state" role="alert">
      <p>{t(text as 'app.loading', values ?? {})}</p>
      {retry && (
        <button type="button" onClick={retry}>
          {t('app.retry')}
        </button>
      )}
    </div>
  );
}

/** What the address names is not there, or not for the reader. */
export function Missing({ text, values = {} }: { text: string; values?: Record<string, string> }) {
  const { t } = useLanguage();
  const message = t(text as 'app.loading', values);
  usePageTitle(message);
  return (
    <main className="state" id="main" tabIndex={-1}>
      <h1>{message}</h1>
      <p>
        <Link to="/">{t('device.back')}</Link>
      </p>
    </main>
  );
}

const TICK_MS = 1_000;
const clock = { listeners: new Set<() => void>(), timer: undefined as ReturnType<typeof setInterval> | undefined };

/** One clock for the whole page: hundreds of ages on timers of their own would not change together. */
function onTick(listener: () => void): () => void {
  clock.listeners.add(listener);
  clock.timer ??= setInterval(() => {
    for (const each of clock.listeners) each();
  }, TICK_MS);
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size > 0) return;
    clearInterval(clock.timer);
    clock.timer = undefined;
  };
}

/** What is of now, such as whether something is late; what shows it is drawn again only when it changes. */
export function useOfNow<T extends string | boolean>(read: (now: number) => T): T {
  return useSyncExternalStore(onTick, () => read(Date.now()));
}

/** How long ago, with the exact time in Hong Kong for whoever asks. */
export function Age({ time }: { time: string }) {
  const { language } = useLanguage();
  const age = useOfNow((now) => relativeTime(time, now, language));
  return (
    <time dateTime={time} title={absoluteTime(time, language)}>
      {age}
    </time>
  );
}

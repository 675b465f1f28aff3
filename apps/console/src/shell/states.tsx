import { useEffect, useState } from 'react';
import { useLanguage } from '../i18n';
import { absoluteTime, relativeTime } from '../format/time';

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

/** A clock that ticks for every age on the page together. */
export function useNow(intervalMs = 1_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return now;
}

/** How long ago, with the exact time in Hong Kong for whoever asks. */
export function Age({ time, now }: { time: string; now: number }) {
  const { language } = useLanguage();
  return (
    <time dateTime={time} title={absoluteTime(time, language)}>
      {relativeTime(time, now, language)}
    </time>
  );
}

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { deadLettersQuery, type DeadLetter, type DeadLetterFilter } from '../api/dead-letters';
import { absoluteTime } from '../format/time';
import { useLanguage } from '../i18n';
import { Failure, Loading } from '../shell/states';
import { REASONS } from './reasons';

/** The open letters that match, newest first; each opens to what was wrong and what was sent. */
export function LetterList({ filter }: { filter: DeadLetterFilter }) {
  const { t } = useLanguage();
  const pages = useInfiniteQuery(deadLettersQuery(filter));
  const letters = pages.data?.pages.flatMap(({ deadLetters }) => deadLetters) ?? [];
  return (
    <section className="letters" aria-labelledby="letters-heading">
      <h2 id="letters-heading">{t('quarantine.letters')}</h2>
      {pages.isPending && <Loading />}
      {pages.isLoadingError && <Failure text="quarantine.failed" retry={() => void pages.refetch()} />}
      {pages.data && letters.length === 0 && <p className="state">{t('quarantine.noneFiltered')}</p>}
      <ul>
        {letters.map((letter) => (
          <Letter key={letter.id} letter={letter} />
        ))}
      </ul>
      {pages.hasNextPage && (
        <p className="more">
          <button type="button" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('quality.more')}
          </button>
        </p>
      )}
    </section>
  );
}

function Letter({ letter }: { letter: DeadLetter }) {
  const { t, language, titleOf } = useLanguage();
  const [first] = letter.rejections;
  const payload = letter.payloadText ?? letter.payloadBase64;
  return (
    <li>
      <details className="letter">
        <summary>
          <b>{letter.device ?? t('quarantine.noDevice')}</b>
          <time dateTime={letter.receivedAt}>{absoluteTime(letter.receivedAt, language)}</time>
          <span className="letter-why">
            {first?.pointer && <code>{first.pointer}</code>} {titleOf(REASONS[letter.code]?.title, letter.code)}
          </span>
        </summary>
        <dl>
          <dt>{t('quarantine.topic')}</dt>
          <dd>
            <code>{letter.topic}</code>
          </dd>
          <dt>{t('quarantine.source')}</dt>
          <dd>{letter.source}</dd>
          {letter.department !== null && letter.device !== null && (
            <>
              <dt>{t('devices.device')}</dt>
              <dd>
                <Link to="/devices/$id" params={{ id: letter.device }}>
                  {letter.device}
                </Link>
              </dd>
            </>
          )}
        </dl>
        <ul className="rejections" aria-label={t('quarantine.rejections')}>
          {letter.rejections.map(({ code, pointer, detail, expected, actual }, index) => (
            <li key={index}>
              <code>{code}</code> {pointer !== '' && <code>{pointer}</code>} {detail}
              {expected !== undefined && ` · ${t('quarantine.expected')} ${expected}`}
              {actual !== undefined && ` · ${t('quarantine.actual')} ${actual}`}
            </li>
          ))}
        </ul>
        {letter.partial && <p className="muted">{t('quarantine.partial')}</p>}
        {payload === '' ? (
          <p className="muted">{t('quarantine.noPayload')}</p>
        ) : (
          <pre tabIndex={0} aria-label={t('quarantine.payload')} role="region">
            {payload}
          </pre>
        )}
      </details>
    </li>
  );
}

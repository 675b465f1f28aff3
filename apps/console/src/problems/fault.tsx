import { Problem } from '../api/client';
import { useLanguage } from '../i18n';
import { textsOfCode } from './problem-texts';

const MOST_FAULTS = 20;

/** Why the platform did not do what was asked: in the reader's language what is wrong and what to do, then its own words for this case. */
export function FaultText({ error }: { error: Error }) {
  const { t, titleOf } = useLanguage();
  if (!(error instanceof Problem) || error.status === 0)
    return (
      <p className="fault" role="alert">
        {t('session.unreachable')}
      </p>
    );
  const texts = textsOfCode(error.code);
  return (
    <div className="fault-text" role="alert">
      <p>
        <b className="fault">{titleOf(texts?.title, error.message)}</b> {titleOf(texts?.remedy)}
      </p>
      {error.detail !== undefined && error.faults.length <= 1 && <p lang="en">{error.detail}</p>}
      {error.faults.length > 1 && (
        <ul>
          {error.faults.slice(0, MOST_FAULTS).map(({ pointer, detail }, index) => (
            <li key={index} lang="en">
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

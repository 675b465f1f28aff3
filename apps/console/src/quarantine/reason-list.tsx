import { useQuery } from '@tanstack/react-query';
import { kindsQuery } from '../api/queries';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { Age, useNow } from '../shell/states';
import type { ReasonGroup } from './reason-groups';
import { REASONS } from './reasons';

const MOST_KINDS = 3;

interface ReasonListProps {
  readonly groups: readonly ReasonGroup[];
  readonly chosen: string | undefined;
  readonly may: boolean;
  readonly busy: boolean;
  choose(code: string): void;
  replay(code: string): void;
}

/** Why letters are here and what to do about it, the most frequent reason first. */
export function ReasonList({ groups, chosen, may, busy, choose, replay }: ReasonListProps) {
  const { t } = useLanguage();
  return (
    <section className="reasons" aria-labelledby="reasons-heading">
      <h2 id="reasons-heading">{t('quarantine.reasons')}</h2>
      <ul>
        {groups.map((group) => (
          <Reason
            key={group.code}
            group={group}
            chosen={group.code === chosen}
            choose={() => choose(group.code)}
            replay={may ? () => replay(group.code) : null}
            busy={busy}
          />
        ))}
      </ul>
    </section>
  );
}

function Reason({
  group,
  chosen,
  choose,
  replay,
  busy,
}: {
  group: ReasonGroup;
  chosen: boolean;
  choose: () => void;
  replay: (() => void) | null;
  busy: boolean;
}) {
  const { t, language, titleOf } = useLanguage();
  const now = useNow();
  const kinds = useQuery(kindsQuery).data;
  const texts = REASONS[group.code];
  const title = titleOf(texts?.title, group.code);
  const named = group.kinds.slice(0, MOST_KINDS).map((kind) => titleOf(kinds?.get(kind)?.titles, kind));
  const more = group.kinds.length - named.length;
  return (
    <li className="reason" data-reason={group.code} data-chosen={chosen}>
      <button type="button" className="reason-choice" aria-pressed={chosen} onClick={choose}>
        <span className="reason-count">{shownNumber(group.letters, 0, language)}</span>
        <span>
          <b>{title}</b> <code>{group.code}</code>
        </span>
      </button>
      <div className="reason-text">
        {texts ? (
          <p>
            <span className="muted">{t('quarantine.remedy')}</span> {titleOf(texts.remedy)}
          </p>
        ) : (
          <p>
            <a href={`/docs/errors#${encodeURIComponent(group.code)}`}>{t('quarantine.reference')}</a>
          </p>
        )}
        <p className="muted">
          {t('quarantine.first')} <Age time={group.first} now={now} /> · {t('quarantine.last')}{' '}
          <Age time={group.last} now={now} />
          {group.devices > 0 &&
            ` · ${t(group.devicesAtLeast ? 'quarantine.devicesAtLeast' : 'map.devices', { count: group.devices })}`}
          {named.length > 0 && ` · ${named.join(', ')}`}
          {more > 0 && ` +${more}`}
        </p>
      </div>
      {replay && (
        <button
          type="button"
          disabled={busy}
          aria-label={t('quarantine.replayReason', { reason: title })}
          onClick={replay}
        >
          {t('quarantine.replay')}
        </button>
      )}
    </li>
  );
}

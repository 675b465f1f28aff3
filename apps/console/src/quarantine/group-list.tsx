import { useState } from 'react';
import type { Grouping } from '../api/dead-letters';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { Age } from '../shell/states';
import { detailOf, type LetterGroup } from './letter-groups';
import { REASONS } from './reasons';
import { useNameOf } from './use-name-of';

const MOST_DETAILS = 3;
/** Groups that are shown before more are asked for: of devices there may be hundreds. */
const PAGE = 50;

interface GroupListProps {
  readonly by: Grouping;
  readonly groups: readonly LetterGroup[];
  readonly chosen: string | undefined;
  readonly may: boolean;
  readonly busy: boolean;
  choose(value: string): void;
  replay(value: string): void;
}

/** What letters have in common, those with the most first; for reasons also what to do about them. */
export function GroupList({ by, groups, chosen, may, busy, choose, replay }: GroupListProps) {
  const { t } = useLanguage();
  const [pages, setPages] = useState(1);
  return (
    <section className="letter-groups" aria-labelledby="groups-heading">
      <h2 id="groups-heading">{t(`quarantine.groups.${by}`)}</h2>
      <ul>
        {groups.slice(0, pages * PAGE).map((group) => (
          <Group
            key={group.value}
            by={by}
            group={group}
            chosen={group.value === chosen}
            choose={() => choose(group.value)}
            replay={may ? () => replay(group.value) : null}
            busy={busy}
          />
        ))}
      </ul>
      {groups.length > pages * PAGE && (
        <p className="more">
          <button type="button" onClick={() => setPages(pages + 1)}>
            {t('quality.more')}
          </button>
        </p>
      )}
    </section>
  );
}

function Group({
  by,
  group,
  chosen,
  choose,
  replay,
  busy,
}: {
  by: Grouping;
  group: LetterGroup;
  chosen: boolean;
  choose: () => void;
  replay: (() => void) | null;
  busy: boolean;
}) {
  const { t, language } = useLanguage();
  const nameOf = useNameOf();
  const { title, code } = nameOf(by, group.value);
  const named = group.detail.slice(0, MOST_DETAILS).map((value) => nameOf(detailOf(by), value).title);
  const more = group.detail.length - named.length;
  return (
    <li className="letter-group" data-group={group.value} data-chosen={chosen}>
      <button type="button" className="group-choice" aria-pressed={chosen} onClick={choose}>
        <span className="group-count">{shownNumber(group.letters, 0, language)}</span>
        <span>
          <b>{title}</b> {code !== null && <code>{code}</code>}
        </span>
      </button>
      <div className="group-text">
        {by === 'code' && <Remedy code={group.value} />}
        <p className="muted">
          {t('quarantine.first')} <Age time={group.first} /> · {t('quarantine.last')} <Age time={group.last} />
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
          aria-label={t('quarantine.replayGroup', { group: title })}
          onClick={replay}
        >
          {t('quarantine.replay')}
        </button>
      )}
    </li>
  );
}

/** What to do about a reason. */
function Remedy({ code }: { code: string }) {
  const { t, titleOf } = useLanguage();
  const texts = REASONS[code];
  return (
    <p>
      {texts ? (
        <>
          <span className="muted">{t('quarantine.remedy')}</span> {titleOf(texts.remedy)}
        </>
      ) : (
        <a href={`/docs/errors#${encodeURIComponent(code)}`}>{t('quarantine.reference')}</a>
      )}
    </p>
  );
}

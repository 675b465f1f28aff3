import { type Grouping, isUnfinished, NONE, useCancelReplay, type Replay } from '../api/dead-letters';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { useMay } from '../session/may';
import { progressOf, subjectOf } from './replay-figures';
import { ReplayTrouble } from './replay-trouble';
import { useNameOf } from './use-name-of';

/** How far a replay is and what became of its letters; it can be stopped while it runs. */
export function ReplayProgress({ replay, putAway }: { replay: Replay; putAway?: () => void }) {
  const { t, language } = useLanguage();
  const cancel = useCancelReplay();
  const may = useMay('engineer');
  const running = isUnfinished(replay);
  const number = (value: number): string => shownNumber(value, 1, language);
  const nameOf = useNameOf();
  const nameless = (member: Grouping): string => nameOf(member, NONE).title;
  const subject = subjectOf(replay, nameless).join(' · ') || t('quarantine.everything');
  const label = t('quarantine.progress', { subject, published: number(replay.published), total: number(replay.total) });
  return (
    <article className="replay" data-replay={replay.id} data-state={replay.state}>
      <p>
        <b>{t(`quarantine.state.${replay.state}`)}</b> <span>{label}</span>
      </p>
      <progress value={progressOf(replay)} max={1} aria-label={label} />
      <ReplayFigures replay={replay} />
      <ReplayTrouble replay={replay} />
      <div className="replay-end">
        {running && replay.secondsLeft !== null && (
          <span className="muted">
            {t('quarantine.left', { seconds: number(replay.secondsLeft), rate: number(replay.perSecond ?? 0) })}
          </span>
        )}
        {running ? (
          <button
            type="button"
            disabled={!may || cancel.isPending}
            title={may ? undefined : t('quarantine.needsEngineer')}
            onClick={() => cancel.mutate(replay.id)}
          >
            {t('quarantine.cancel')}
          </button>
        ) : (
          putAway && (
            <button type="button" className="quiet" onClick={putAway}>
              {t('quarantine.putAway')}
            </button>
          )
        )}
      </div>
      <span className="visually-hidden" role="status">
        {running ? '' : `${t(`quarantine.state.${replay.state}`)} ${label}`}
      </span>
    </article>
  );
}

export function ReplayFigures({ replay }: { replay: Replay }) {
  const { t, language } = useLanguage();
  const figures = ['stored', 'duplicates', 'refusedAgain', 'skipped'] as const;
  return (
    <dl className="figures">
      {figures.map((name) => (
        <div key={name} data-figure={name} data-some={replay[name] > 0}>
          <dt>{t(`quarantine.${name}`)}</dt>
          <dd>{shownNumber(replay[name], 0, language)}</dd>
        </div>
      ))}
    </dl>
  );
}

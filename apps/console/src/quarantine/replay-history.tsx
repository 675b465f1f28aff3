import { useQuery } from '@tanstack/react-query';
import { type Grouping, NONE, replaysQuery } from '../api/dead-letters';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { Age, Failure, Loading } from '../shell/states';
import { subjectOf } from './replay-figures';
import { ReplayTrouble } from './replay-trouble';
import { useNameOf } from './use-name-of';

const FIGURES = ['total', 'published', 'stored', 'duplicates', 'refusedAgain', 'skipped'] as const;

export function ReplayHistory() {
  const { t, language } = useLanguage();
  const replays = useQuery(replaysQuery);
  const nameOf = useNameOf();
  const nameless = (member: Grouping): string => nameOf(member, NONE).title;
  if (replays.isPending) return <Loading />;
  if (replays.isLoadingError) return <Failure text="quarantine.failed" retry={() => void replays.refetch()} />;
  if (replays.data.length === 0) return <p className="state">{t('quarantine.noReplays')}</p>;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t('quarantine.tabs.replays')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('quarantine.started')}</th>
            <th scope="col">{t('quarantine.by')}</th>
            <th scope="col">{t('quarantine.subject')}</th>
            <th scope="col">{t('devices.state')}</th>
            {FIGURES.map((name) => (
              <th scope="col" key={name} className="number">
                {t(`quarantine.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {replays.data.map((replay) => (
            <tr key={replay.id}>
              <td>
                <Age time={replay.createdAt} />
              </td>
              <td>{replay.createdBy}</td>
              <td>{subjectOf(replay, nameless).join(' · ') || t('quarantine.everything')}</td>
              <td>
                {t(`quarantine.state.${replay.state}`)}
                <ReplayTrouble replay={replay} />
              </td>
              {FIGURES.map((name) => (
                <td key={name} className="number">
                  {shownNumber(replay[name], 0, language)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { deadLetterGroupsQuery, useReplay, type DeadLetterFilter } from '../api/dead-letters';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { useMay } from '../session/may';
import { Failure, Loading } from '../shell/states';
import { GroupList } from './group-list';
import { GroupingChoice, LetterFilter } from './letter-filter';
import { detailOf, letterGroupsOf, lettersOf } from './letter-groups';
import { LetterList } from './letter-list';
import { filterOf, type QuarantineSearch } from './quarantine-search';

/** Open letters: groups of them on one side, the letters of the chosen one on the other. */
export function Letters({ search }: { search: QuarantineSearch }) {
  const { t } = useLanguage();
  const navigate = useNavigate();
  const may = useMay('engineer');
  const replay = useReplay();
  const by = search.by ?? 'code';
  const filter = filterOf(search);
  const { [by]: chosen, ...wider } = filter;
  const own = useQuery(deadLetterGroupsQuery(wider, by));
  const byDetail = useQuery(deadLetterGroupsQuery(wider, `${by},${detailOf(by)}`)).data ?? [];
  const byDevice = useQuery(deadLetterGroupsQuery(wider, by === 'device' ? by : `${by},device`)).data ?? [];
  // There are few reasons: added up they are all letters, which a thousand devices need not be.
  const matching = lettersOf(useQuery(deadLetterGroupsQuery(filter, 'code')).data ?? []);
  const groups = letterGroupsOf(by, own.data ?? [], byDetail, byDevice);
  const go = (to: QuarantineSearch): void => void navigate({ to: '/quarantine', search: to, replace: true });
  const show = (next: DeadLetterFilter): void => go(search.by === undefined ? next : { ...next, by: search.by });

  if (own.isPending) return <Loading />;
  if (own.isLoadingError) return <Failure text="quarantine.failed" retry={() => void own.refetch()} />;
  return (
    <>
      <GroupingChoice by={by} choose={(next) => go(next === 'code' ? filter : { ...filter, by: next })} />
      <LetterFilter by={by} filter={filter} show={show}>
        <button
          type="button"
          className="primary"
          disabled={!may || matching === 0 || replay.isPending}
          aria-describedby={may ? undefined : 'why-no-replay'}
          onClick={() => replay.mutate(filter)}
        >
          {t('quarantine.replayAll', { count: matching })}
        </button>
      </LetterFilter>
      {!may && (
        <p className="muted why-no-replay" id="why-no-replay">
          {t('quarantine.needsEngineer')}
        </p>
      )}
      {replay.error && <FaultText error={replay.error} />}
      {groups.length === 0 ? (
        <div className="state">
          <p>{t(Object.keys(wider).length === 0 ? 'quarantine.none' : 'quarantine.noneFiltered')}</p>
          <p className="muted">{t('quarantine.noneHint')}</p>
        </div>
      ) : (
        <div className="split">
          <GroupList
            key={by}
            by={by}
            groups={groups}
            chosen={chosen}
            may={may}
            busy={replay.isPending}
            choose={(value) => show(value === chosen ? wider : { ...wider, [by]: value })}
            replay={(value) => replay.mutate({ ...wider, [by]: value })}
          />
          <LetterList filter={filter} />
        </div>
      )}
    </>
  );
}

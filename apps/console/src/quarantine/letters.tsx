import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { deadLetterGroupsQuery, useReplay, type DeadLetterFilter } from '../api/dead-letters';
import { kindsQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { useMay } from '../session/may';
import { Failure, Loading } from '../shell/states';
import { LetterList } from './letter-list';
import { filterOf, type QuarantineSearch } from './quarantine-search';
import { lettersOf, reasonGroupsOf } from './reason-groups';
import { ReasonList } from './reason-list';

/** Open letters: the reasons on one side, the letters of the chosen one on the other. */
export function Letters({ search }: { search: QuarantineSearch }) {
  const { t } = useLanguage();
  const navigate = useNavigate();
  const may = useMay('engineer');
  const replay = useReplay();
  const { code, ...wider } = filterOf(search);
  const byCode = useQuery(deadLetterGroupsQuery(wider, 'code'));
  const byKind = useQuery(deadLetterGroupsQuery(wider, 'code,kind')).data ?? [];
  const byDevice = useQuery(deadLetterGroupsQuery(wider, 'code,device')).data ?? [];
  const groups = reasonGroupsOf(byCode.data ?? [], byKind, byDevice);
  const chosen = groups.find((group) => group.code === code);
  const matching = code === undefined ? lettersOf(groups) : (chosen?.letters ?? 0);
  const show = (filter: DeadLetterFilter): void => void navigate({ to: '/quarantine', search: filter, replace: true });

  if (byCode.isPending) return <Loading />;
  if (byCode.isError) return <Failure text="quarantine.failed" retry={() => void byCode.refetch()} />;
  return (
    <>
      <LetterFilter filter={{ ...wider, ...(code === undefined ? {} : { code }) }} show={show}>
        <button
          type="button"
          className="primary"
          disabled={!may || matching === 0 || replay.isPending}
          aria-describedby={may ? undefined : 'why-no-replay'}
          onClick={() => replay.mutate(filterOf(search))}
        >
          {t('quarantine.replayAll', { count: matching })}
        </button>
      </LetterFilter>
      {!may && (
        <p className="muted reason-why" id="why-no-replay">
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
          <ReasonList
            groups={groups}
            chosen={code}
            may={may}
            busy={replay.isPending}
            choose={(next) => show(next === code ? wider : { ...wider, code: next })}
            replay={(next) => replay.mutate({ ...wider, code: next })}
          />
          <LetterList filter={filterOf(search)} />
        </div>
      )}
    </>
  );
}

function LetterFilter({
  filter,
  show,
  children,
}: {
  filter: DeadLetterFilter;
  show: (filter: DeadLetterFilter) => void;
  children: React.ReactNode;
}) {
  const { t, titleOf } = useLanguage();
  const kinds = useQuery(kindsQuery).data;
  const change = (name: 'kind' | 'device', value: string): void => {
    const { [name]: _dropped, ...rest } = filter;
    show(value === '' ? rest : { ...rest, [name]: value });
  };
  return (
    <div className="toolbar" role="search">
      <select
        aria-label={t('devices.kind')}
        value={filter.kind ?? ''}
        onChange={(event) => change('kind', event.target.value)}
      >
        <option value="">{t('quarantine.allKinds')}</option>
        {[...(kinds?.values() ?? [])].map((kind) => (
          <option key={kind.name} value={kind.name}>
            {titleOf(kind.titles, kind.name)}
          </option>
        ))}
      </select>
      <input
        type="search"
        key={filter.device ?? ''}
        aria-label={t('quarantine.deviceId')}
        placeholder={t('quarantine.deviceId')}
        defaultValue={filter.device ?? ''}
        onKeyDown={(event) => event.key === 'Enter' && change('device', event.currentTarget.value.trim())}
        onBlur={(event) =>
          event.target.value.trim() !== (filter.device ?? '') && change('device', event.target.value.trim())
        }
      />
      <span className="toolbar-end">{children}</span>
    </div>
  );
}

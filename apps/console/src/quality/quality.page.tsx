import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { qualityQuery, type QualityFilter } from '../api/quality';
import { departmentsQuery, districtsQuery, kindsQuery } from '../api/queries';
import type { Named } from '../api/types';
import { useLanguage } from '../i18n';
import { usePageTitle } from '../shell/page-title';
import { Failure, Loading } from '../shell/states';
import { GradeBar } from './grade-bar';
import { QualityTable } from './quality-table';

const route = getRouteApi('/quality');

/** How good the data of the city's devices are, the worst first. */
export function QualityPage() {
  const { t } = useLanguage();
  usePageTitle(t('quality.heading'));
  const filter = route.useSearch();
  const navigate = useNavigate();
  const pages = useInfiniteQuery(qualityQuery(filter));
  const change = <Name extends keyof QualityFilter>(name: Name, value: QualityFilter[Name] | undefined): void => {
    const { [name]: _dropped, ...rest } = filter;
    void navigate({
      to: '/quality',
      search: value === undefined ? rest : { ...rest, [name]: value },
      replace: true,
    });
  };
  const devices = pages.data?.pages.flatMap((page) => page.devices) ?? [];
  return (
    <main className="page" id="main" tabIndex={-1}>
      <div className="page-head">
        <h1>{t('quality.heading')}</h1>
        <p className="muted">{t('quality.intro')}</p>
      </div>
      <Filters filter={filter} change={change} />
      {pages.data && (
        <GradeBar
          counts={pages.data.pages[0]!.counts}
          chosen={filter.grade}
          choose={(grade) => change('grade', grade)}
        />
      )}
      {pages.isPending && <Loading />}
      {pages.isLoadingError && <Failure text="quality.failed" retry={() => void pages.refetch()} />}
      {pages.data && devices.length === 0 && (
        <div className="state">
          <p>{t(Object.keys(filter).length === 0 ? 'quality.none' : 'quality.noneFiltered')}</p>
          {Object.keys(filter).length === 0 && <p className="muted">{t('quality.noneHint')}</p>}
        </div>
      )}
      {devices.length > 0 && <QualityTable devices={devices} />}
      {pages.hasNextPage && (
        <p className="more">
          <button type="button" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('quality.more')}
          </button>{' '}
          <span className="muted">{t('quality.shown', { count: devices.length })}</span>
        </p>
      )}
    </main>
  );
}

function Filters({
  filter,
  change,
}: {
  filter: QualityFilter;
  change: (name: 'kind' | 'department' | 'district', value: string | undefined) => void;
}) {
  const { t } = useLanguage();
  const choices = {
    kind: useQuery(kindsQuery).data,
    department: useQuery(departmentsQuery).data,
    district: useQuery(districtsQuery).data,
  };
  return (
    <div className="toolbar" role="search">
      {(['kind', 'department', 'district'] as const).map((name) => (
        <Choice
          key={name}
          label={t(`devices.${name}`)}
          all={t(`quality.all.${name}`)}
          choices={choices[name]}
          value={filter[name]}
          choose={(value) => change(name, value)}
        />
      ))}
    </div>
  );
}

function Choice({
  label,
  all,
  choices,
  value,
  choose,
}: {
  label: string;
  all: string;
  choices: ReadonlyMap<string, Named> | undefined;
  value: string | undefined;
  choose: (value: string | undefined) => void;
}) {
  const { titleOf } = useLanguage();
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => choose(event.target.value === '' ? undefined : event.target.value)}
    >
      <option value="">{all}</option>
      {[...(choices ?? [])].map(([id, named]) => (
        <option key={id} value={id}>
          {titleOf(named.titles, id)}
        </option>
      ))}
    </select>
  );
}

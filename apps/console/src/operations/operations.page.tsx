import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { AlarmList } from '../alarms/alarm-list';
import { worstByDevice } from '../alarms/open-alarms';
import { devicesQuery, openAlarmsQuery } from '../api/queries';
import type { Device } from '../api/types';
import { useLanguage } from '../i18n';
import { usePageTitle } from '../shell/page-title';
import { Failure, Loading } from '../shell/states';
import { DeviceList } from './device-list';
import { SearchField } from './search-field';
import type { OperationsSearch } from './operations-search';

const route = getRouteApi('/');
const DeviceMap = lazy(() => import('../map/device-map'));

export function OperationsPage() {
  const { t } = useLanguage();
  const search = route.useSearch();
  const navigate = useNavigate();
  const devices = useQuery(devicesQuery);
  const open = useQuery(openAlarmsQuery).data;
  usePageTitle(t('app.operations'));
  const worst = useMemo(() => worstByDevice(open ?? []), [open]);
  const found = useMemo(() => matching(devices.data ?? [], search.search), [devices.data, search.search]);
  const change = (next: OperationsSearch): void => void navigate({ to: '/', search: next, replace: true });
  const without = (key: keyof OperationsSearch): OperationsSearch => {
    const { [key]: _dropped, ...rest } = search;
    return rest;
  };

  return (
    <main className="operations">
      <h1 className="visually-hidden">{t('app.operations')}</h1>
      <section className="places" aria-label={t('devices.heading')}>
        <div className="toolbar">
          <div className="tabs" role="group">
            <Link to="/" search={without('view')} aria-current={search.view === undefined ? 'page' : undefined}>
              {t('map.heading')}
            </Link>
            <Link
              to="/"
              search={{ ...search, view: 'list' }}
              aria-current={search.view === 'list' ? 'page' : undefined}
            >
              {t('map.list')}
            </Link>
          </div>
          <SearchField
            label={t('devices.search')}
            text={search.search ?? ''}
            search={(text) => change(text === '' ? without('search') : { ...search, search: text })}
          />
          <span className="muted count" role="status">
            {t('map.devices', { count: found.length })}
          </span>
        </div>
        {devices.isPending && <Loading />}
        {devices.isLoadingError && <Failure text="devices.failed" retry={() => void devices.refetch()} />}
        {devices.data &&
          (search.view === 'list' ? (
            <DeviceList devices={found} worst={worst} total={devices.data.length} />
          ) : (
            <Suspense fallback={<Loading />}>
              <DeviceMap devices={found} worst={worst} />
            </Suspense>
          ))}
      </section>
      <section className="alarm-panel" id="alarms" aria-labelledby="alarms-heading" tabIndex={-1}>
        <h2 id="alarms-heading">{t('alarms.heading')}</h2>
        <AlarmList
          severity={search.severity}
          onSeverity={(severity) => change(severity === undefined ? without('severity') : { ...search, severity })}
        />
      </section>
    </main>
  );
}

function matching(devices: readonly Device[], text: string | undefined): readonly Device[] {
  if (text === undefined) return devices;
  const wanted = text.toLocaleLowerCase();
  return devices.filter(
    ({ id, name }) => id.toLocaleLowerCase().includes(wanted) || name.toLocaleLowerCase().includes(wanted),
  );
}

import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { AlarmList } from '../alarms/alarm-list';
import { isMissing } from '../api/client';
import { useLiveReadings } from '../api/live';
import { departmentsQuery, deviceQuery, districtsQuery, kindsQuery, latestQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { usePageTitle } from '../shell/page-title';
import { Age, Failure, Loading, Missing } from '../shell/states';
import { AccessCard, IsolationBanner } from './access-card';
import { LatestValues } from './latest-values';
import { NetworkCard } from './network-card';
import { QualityCard } from './quality-card';
import { QuotaCard } from './quota-card';
import { Trend } from './trend';

const route = getRouteApi('/devices/$id');

export function DevicePage() {
  const { t, titleOf } = useLanguage();
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const device = useQuery(deviceQuery(id));
  const kinds = useQuery(kindsQuery);
  const districts = useQuery(districtsQuery).data;
  const departments = useQuery(departmentsQuery).data;
  const latest = useQuery(latestQuery(id));
  useLiveReadings(id);
  usePageTitle(id);

  if (device.isLoadingError)
    return isMissing(device.error) ? (
      <Missing text="device.notFound" values={{ id }} />
    ) : (
      <Failure text="device.failed" values={{ id }} retry={() => void device.refetch()} />
    );
  if (device.isPending || kinds.isPending) return <Loading />;
  const kind = kinds.data?.get(device.data.kind);
  const sent = kind?.metrics.filter((metric) => latest.data?.values[metric.name] !== undefined) ?? [];
  const chosen = kind?.metrics.find((metric) => metric.name === search.metric) ?? sent[0] ?? kind?.metrics[0];
  const { name, latitude, longitude, district, department, devEui, deviceType } = device.data;
  return (
    <main className="device">
      <div className="device-head">
        <Link to="/" className="back">
          ← {t('device.back')}
        </Link>
        <h1>
          {id}
          {name !== '' && name !== id && <small> {name}</small>}
        </h1>
        <IsolationBanner device={device.data} />
        <p className="muted">
          {[
            titleOf(kind?.titles, device.data.kind),
            titleOf(districts?.get(district)?.titles, district),
            titleOf(departments?.get(department)?.titles, department),
            `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`,
          ].join(' · ')}
          {deviceType !== null && (
            <>
              {` · ${t('device.type')} `}
              <Link to="/onboarding/device-types/$id" params={{ id: deviceType }}>
                {deviceType}
              </Link>
            </>
          )}
          {latest.data && latest.data.time !== null && (
            <>
              {' · '}
              {t('device.updated', { time: '' })}
              <Age time={latest.data.time} />
            </>
          )}
        </p>
      </div>
      <div className="device-column">
        <section aria-labelledby="trend-heading" className="card">
          <h2 id="trend-heading">{t('device.trend')}</h2>
          {chosen && (
            <Trend
              device={id}
              metric={chosen}
              metrics={kind?.metrics ?? []}
              choose={(metric) =>
                void navigate({ to: '/devices/$id', params: { id }, search: { metric }, replace: true })
              }
            />
          )}
        </section>
        <section aria-labelledby="alarms-heading" className="card" id="alarms" tabIndex={-1}>
          <h2 id="alarms-heading">{t('device.alarms')}</h2>
          <AlarmList device={id} />
        </section>
        <QualityCard device={id} />
        <QuotaCard device={id} />
      </div>
      <div className="device-column">
        <section aria-labelledby="latest-heading" className="card">
          <h2 id="latest-heading">{t('device.latest')}</h2>
          {latest.isPending ? (
            <Loading />
          ) : (
            <LatestValues
              kind={kind}
              metrics={sent}
              latest={latest.data}
              intervalMs={device.data.intervalMs ?? kind?.intervalMs ?? 60_000}
            />
          )}
        </section>
        <AccessCard device={device.data} />
        {devEui !== null && <NetworkCard device={id} />}
      </div>
    </main>
  );
}

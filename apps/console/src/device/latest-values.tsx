import { Link } from '@tanstack/react-router';
import type { Kind, LatestReading, Metric } from '../api/types';
import { shownValue } from '../format/value';
import { useLanguage } from '../i18n';
import { Age } from '../shell/states';

/** A value older than this many intervals is marked as late. */
const LATE_AFTER_INTERVALS = 3;
const DAY_MS = 86_400_000;

interface LatestValuesProps {
  readonly kind: Kind | undefined;
  readonly metrics: readonly Metric[];
  readonly latest: LatestReading | undefined;
  readonly intervalMs: number;
  readonly now: number;
}

export function LatestValues({ metrics, latest, intervalMs, now }: LatestValuesProps) {
  const { t, language, titleOf } = useLanguage();
  if (!latest || metrics.length === 0) return <p className="state">{t('device.noReadings')}</p>;
  const words = { yes: t('device.yes'), no: t('device.no') };
  return (
    <table className="latest">
      <thead>
        <tr>
          <th scope="col">{t('device.metric')}</th>
          <th scope="col" className="number">
            {t('device.value')}
          </th>
          <th scope="col">{t('device.time')}</th>
        </tr>
      </thead>
      <tbody>
        {metrics.map((metric) => {
          const { time, value } = latest.values[metric.name]!;
          // What is derived comes as its window does, which is a day at most.
          const expectedMs = metric.derived === true ? DAY_MS : intervalMs;
          const late = now - Date.parse(time) > LATE_AFTER_INTERVALS * expectedMs;
          return (
            <tr key={metric.name} data-late={late}>
              <th scope="row">
                <Link to="/devices/$id" params={{ id: latest.device }} search={{ metric: metric.name }} replace>
                  {titleOf(metric.titles, metric.name)}
                </Link>
              </th>
              <td className="number" data-metric={metric.name}>
                {shownValue(metric, value, language, words)}
              </td>
              <td className="muted">
                <Age time={time} now={now} /> {late && <span className="late">{t('device.stale')}</span>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

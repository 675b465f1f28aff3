import { Link } from '@tanstack/react-router';
import type { Kind, LatestReading, Metric } from '../api/types';
import { useShownValue } from '../format/shown-value';
import { useLanguage } from '../i18n';
import { Age, useOfNow } from '../shell/states';

/** A value older than this many intervals is marked as late. */
const LATE_AFTER_INTERVALS = 3;
const DAY_MS = 86_400_000;

interface LatestValuesProps {
  readonly kind: Kind | undefined;
  readonly metrics: readonly Metric[];
  readonly latest: LatestReading | undefined;
  readonly intervalMs: number;
}

export function LatestValues({ metrics, latest, intervalMs }: LatestValuesProps) {
  const { t, titleOf } = useLanguage();
  const shownValue = useShownValue();
  if (!latest || metrics.length === 0) return <p className="state">{t('device.noReadings')}</p>;
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
          return (
            <tr key={metric.name}>
              <th scope="row">
                <Link to="/devices/$id" params={{ id: latest.device }} search={{ metric: metric.name }} replace>
                  {titleOf(metric.titles, metric.name)}
                </Link>
              </th>
              <td className="number" data-metric={metric.name}>
                {shownValue(metric, value)}
              </td>
              <td className="muted">
                <Age time={time} /> <Late time={time} afterMs={LATE_AFTER_INTERVALS * expectedMs} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Late({ time, afterMs }: { time: string; afterMs: number }) {
  const { t } = useLanguage();
  const late = useOfNow((now) => now - Date.parse(time) > afterMs);
  return late && <span className="late">{t('device.stale')}</span>;
}

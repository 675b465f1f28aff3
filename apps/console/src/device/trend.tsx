import { useQuery } from '@tanstack/react-query';
import { historyQuery } from '../api/queries';
import type { Metric } from '../api/types';
import { shownNumber, shownUnit } from '../format/value';
import { useLanguage } from '../i18n';
import { Failure, Loading } from '../shell/states';
import { TrendChart } from './trend-chart';

/** One metric over 24 hours, and how complete what is shown is. */
export function Trend({
  device,
  metric,
  metrics,
  choose,
}: {
  device: string;
  metric: Metric;
  metrics: readonly Metric[];
  choose: (metric: string) => void;
}) {
  const { t, titleOf, language } = useLanguage();
  const number = (value: number): string => shownNumber(value, 0, language);
  const history = useQuery(historyQuery(device, metric.name));
  const completeness = history.data?.completeness;
  return (
    <>
      <div className="trend-bar">
        <label>
          <span className="visually-hidden">{t('device.metric')}</span>
          <select value={metric.name} onChange={(event) => choose(event.target.value)}>
            {metrics.map((one) => (
              <option key={one.name} value={one.name}>
                {titleOf(one.titles, one.name)}
                {shownUnit(one.unit) === '' ? '' : ` (${shownUnit(one.unit)})`}
              </option>
            ))}
          </select>
        </label>
        {completeness && completeness.expected > 0 && (
          <span className="muted">
            {t('device.complete', {
              received: number(completeness.received),
              expected: number(completeness.expected),
              percent: Math.min(100, Math.floor((100 * completeness.received) / completeness.expected)),
            })}
            {completeness.gaps.length > 0 && ` · ${t('device.gaps', { count: completeness.gaps.length })}`}
          </span>
        )}
      </div>
      {history.isPending && <Loading />}
      {history.isLoadingError && <Failure text="device.noTrend" retry={() => void history.refetch()} />}
      {history.data &&
        (history.data.readings.length === 0 ? (
          <p className="state">{t('device.noHistory')}</p>
        ) : (
          <TrendChart metric={metric} buckets={history.data.readings} />
        ))}
    </>
  );
}

import type { Kind, MetricValue } from '../api/types';
import { shownValue } from '../format/value';
import { useLanguage } from '../i18n';

/** A reading under the titles of its kind. */
export function ReadingValues({
  kind,
  reading,
}: {
  kind: Kind | undefined;
  reading: Readonly<Record<string, MetricValue>>;
}) {
  const { t, titleOf, language } = useLanguage();
  const words = { yes: t('device.yes'), no: t('device.no') };
  return (
    <dl className="facts-list">
      {Object.entries(reading).map(([name, value]) => {
        const metric = kind?.metrics.find((one) => one.name === name);
        return (
          <div key={name} data-metric={name}>
            <dt>{titleOf(metric?.titles, name)}</dt>
            <dd>{metric === undefined ? String(value) : shownValue(metric, value, language, words)}</dd>
          </div>
        );
      })}
    </dl>
  );
}

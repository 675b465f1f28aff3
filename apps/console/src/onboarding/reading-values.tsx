import type { UplinkReading } from '../api/device-types';
import type { Kind, MetricValue } from '../api/types';
import { useShownValue } from '../format/shown-value';
import { absoluteTime } from '../format/time';
import { useLanguage } from '../i18n';

/** All readings of an uplink, in order of time. */
export function UplinkReadings({ kind, readings }: { kind: Kind | undefined; readings: readonly UplinkReading[] }) {
  const { t, language } = useLanguage();
  return (
    <ol className="uplink-readings" aria-label={t('onboarding.types.readings', { count: readings.length })}>
      {readings.map(({ time, values }, index) => (
        <li key={index}>
          {(readings.length > 1 || time !== undefined) && (
            <p className="muted">
              {time === undefined ? (
                t('onboarding.types.atUplink')
              ) : (
                <time dateTime={time}>{absoluteTime(time, language)}</time>
              )}
            </p>
          )}
          <ReadingValues kind={kind} reading={values} />
        </li>
      ))}
    </ol>
  );
}

/** A reading under the titles of its kind. */
function ReadingValues({ kind, reading }: { kind: Kind | undefined; reading: Readonly<Record<string, MetricValue>> }) {
  const { titleOf } = useLanguage();
  const shownValue = useShownValue();
  return (
    <dl className="facts-list">
      {Object.entries(reading).map(([name, value]) => {
        const metric = kind?.metrics.find((one) => one.name === name);
        return (
          <div key={name} data-metric={name}>
            <dt>{titleOf(metric?.titles, name)}</dt>
            <dd>{metric === undefined ? String(value) : shownValue(metric, value)}</dd>
          </div>
        );
      })}
    </dl>
  );
}

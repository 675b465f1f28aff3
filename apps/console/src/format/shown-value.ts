import type { Metric, MetricValue } from '../api/types';
import { useLanguage } from '../i18n';
import { shownValue } from './value';

/** A value of a metric as the reader writes it. */
export function useShownValue(): (metric: Metric, value: MetricValue) => string {
  const { t, titleOf, language } = useLanguage();
  const words = { yes: t('device.yes'), no: t('device.no') };
  return (metric, value) => {
    const label = labelIndex(metric, value);
    const titles = label === -1 ? undefined : metric.labelTitles?.[label];
    return titles ? titleOf(titles) : shownValue(metric, value, language, words);
  };
}

/** Which label of an enumeration: readings carry its name, alarms and series its index. */
function labelIndex({ type, labels }: Metric, value: MetricValue): number {
  if (type !== 'enum') return -1;
  return typeof value === 'number' ? value : (labels?.indexOf(String(value)) ?? -1);
}

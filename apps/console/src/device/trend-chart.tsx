import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Bucket, Metric } from '../api/types';
import { shownNumber, shownUnit } from '../format/value';
import { useShownValue } from '../format/shown-value';
import { useLanguage } from '../i18n';
import { columnsOf } from './trend-data';

/** What stands at a value; empty where an axis marks something between two states. */
type Tell = (value: number) => string;

const HEIGHT = 240;
const DAY_SECONDS = 86_400;
/** So few buckets are marked one by one: a line alone would not show a single one. */
const FEW = 30;
const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function TrendChart({ metric, buckets }: { metric: Metric; buckets: readonly Bucket[] }) {
  const { t, language, titleOf } = useLanguage();
  const frame = useRef<HTMLDivElement>(null);
  const shownValue = useShownValue();
  const title = titleOf(metric.titles, metric.name);
  const labels = `${t('device.mean')}|${t('device.least')}|${t('device.greatest')}|${t('device.atHongKong')}`;

  // An enumeration or a switch is told in its words; what is between two of its states, as a mean may be, in numbers.
  const states = metric.type === 'enum' || metric.type === 'boolean';
  const tell = useRef<Tell>(String);
  tell.current = (value) =>
    states && Number.isInteger(value)
      ? shownValue(metric, value)
      : `${shownNumber(value, states ? 2 : metric.precision, language)} ${shownUnit(metric.unit)}`.trimEnd();

  useEffect(() => {
    const element = frame.current!;
    const chart = new uPlot(
      optionsOf(metric, language, tell.current, labels.split('|'), element.clientWidth, buckets.length <= FEW),
      columnsOf(buckets),
      element,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [metric, buckets, language, labels]);

  const means = buckets.flatMap(({ mean }) => (mean === undefined ? [] : [mean]));
  const summary = `${title}: ${t('device.range')} ${tell.current(Math.min(...means))} – ${tell.current(Math.max(...means))}`;
  return <div ref={frame} className="trend" role="img" aria-label={summary} />;
}

function optionsOf(
  metric: Metric,
  language: string,
  tell: Tell,
  [mean = '', least = '', greatest = '', at = '']: readonly string[],
  width: number,
  marked: boolean,
): uPlot.Options {
  const states = metric.type === 'enum' || metric.type === 'boolean';
  const text = colour('muted');
  const line = colour('trend');
  const axis: uPlot.Axis = {
    stroke: text,
    grid: { stroke: colour('border'), width: 1 },
    ticks: { stroke: colour('border'), width: 1 },
    font: '12px system-ui, sans-serif',
  };
  const shown = (_chart: uPlot, value: number | null): string => (value === null ? '–' : tell(value));
  const time = new Intl.DateTimeFormat(language, {
    timeZone: 'Asia/Hong_Kong',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return {
    width,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Asia/Hong_Kong'),
    cursor: { points: { size: 7 } },
    scales: {
      // The whole day, whatever part of it has readings.
      x: { range: () => [Date.now() / 1000 - DAY_SECONDS, Date.now() / 1000] },
      y: {
        range: (_chart, least, greatest) =>
          states ? [-0.5, (metric.labels?.length ?? 2) - 0.5] : paddedRange(least, greatest, metric.precision),
      },
    },
    axes: [
      { ...axis, values: (_chart, splits) => splits.map((seconds) => time.format(seconds * 1000)) },
      {
        ...axis,
        ...(states
          ? { size: 110, space: 12, incrs: [1], values: (_chart, splits) => splits.map(tell) }
          : {
              size: 62,
              values: (_chart, splits) => splits.map((value) => shownNumber(value, metric.precision, language)),
            }),
      },
    ],
    series: [
      { value: (_chart, seconds) => (seconds === null ? '–' : time.format(seconds * 1000)), label: at },
      { label: least, stroke: 'transparent', value: shown, points: { show: false } },
      { label: greatest, stroke: 'transparent', value: shown, points: { show: false } },
      { label: mean, stroke: line, width: 1.75, value: shown, points: { show: marked, size: 5, fill: line } },
    ],
    bands: [{ series: [2, 1], fill: colour('trend-band') }],
  };
}

/** A flat line stands in the middle instead of on the edge, and no two marks of the axis are rounded to the same number. */
function paddedRange(least: number | null, greatest: number | null, precision: number): [number, number] {
  const low = least ?? 0;
  const high = greatest ?? 1;
  const padding = Math.max((high - low) * 0.08, 4 * 10 ** -precision);
  return [low - padding, high + padding];
}

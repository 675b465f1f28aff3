import { useQuery } from '@tanstack/react-query';
import { deviceQualityQuery, type Quality } from '../api/quality';
import { shownDuration } from '../format/time';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { Score } from '../quality/grade-mark';
import { useReasonText } from '../quality/reason-text';
import { Age } from '../shell/states';

/** How good the data of the device are, and why not better. Not there while the platform has not judged it. */
export function QualityCard({ device }: { device: string }) {
  const quality = useQuery(deviceQualityQuery(device)).data;
  return quality ? <Report quality={quality} /> : null;
}

function Report({ quality }: { quality: Quality }) {
  const { t } = useLanguage();
  const reasonText = useReasonText();
  const facts = useFactsOf(quality);
  return (
    <section aria-labelledby="quality-heading" className="card" data-card="quality">
      <h2 id="quality-heading">{t('quality.heading')}</h2>
      <p>
        <Score grade={quality.grade} score={quality.score} />{' '}
        <span className="muted">
          {t('quality.assessed')} <Age time={quality.assessedAt} />
        </span>
      </p>
      {quality.reasons.length > 0 && (
        <ul className="quality-reasons" aria-label={t('quality.reasons')}>
          {quality.reasons.map((reason) => (
            <li key={`${reason.code} ${reason.metric ?? ''}`}>
              {reasonText(quality.kind, reason)} <span className="muted">−{Math.round(reason.penalty)}</span>
            </li>
          ))}
        </ul>
      )}
      <dl className="facts-list">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function useFactsOf({ completeness, gaps, clock, battery, rejected, radio }: Quality): [string, string][] {
  const { t, language } = useLanguage();
  const number = (value: number, digits = 1): string => shownNumber(value, digits, language);
  const facts: [string, string | null][] = [
    [
      t('quality.completeness'),
      completeness.expected === 0
        ? null
        : t('device.complete', {
            received: number(completeness.received),
            expected: number(completeness.expected),
            percent: number(100 * completeness.ratio),
          }),
    ],
    [
      t('quality.gaps'),
      gaps.count === 0
        ? t('quality.noGaps')
        : t('quality.gapsOf', { count: gaps.count, longest: shownDuration(gaps.longestMs, language) }),
    ],
    [t('quality.clock'), clock && clockText(clock)],
    [t('quality.battery'), battery && batteryText(battery)],
    [t('quality.rejected'), rejected.messages > 0 ? number(rejected.messages) : null],
    [t('quality.radio'), radio && t('quality.radioOf', { count: radio.lost, share: number(100 * radio.share) })],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);

  function clockText({ offsetMs, driftMsPerDay }: NonNullable<Quality['clock']>): string {
    const offset = shownDuration(Math.abs(offsetMs), language);
    const drift = driftMsPerDay === null ? '' : ` · ${t('quality.drift', { seconds: number(driftMsPerDay / 1000) })}`;
    if (Math.abs(offsetMs) < 1_000) return `${t('quality.clockRight')}${drift}`;
    return `${t(offsetMs > 0 ? 'quality.clockBehind' : 'quality.clockAhead', { offset })}${drift}`;
  }

  function batteryText({ percent, daysLeft }: NonNullable<Quality['battery']>): string {
    const left = daysLeft === null ? '' : ` · ${t('quality.daysLeft', { count: Math.round(daysLeft) })}`;
    return `${number(percent)} %${left}`;
  }
}

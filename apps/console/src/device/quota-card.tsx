import { useQuery } from '@tanstack/react-query';
import { quotaQuery } from '../api/network';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { Age } from '../shell/states';

const MEBIBYTE = 2 ** 20;

/** How much the device may send and has sent; not there until it has sent something that was counted. */
export function QuotaCard({ device }: { device: string }) {
  const { t, language } = useLanguage();
  const quota = useQuery(quotaQuery(device)).data;
  if (!quota || (quota.messagesLastDay === 0 && quota.throttled === 0)) return null;
  const number = (value: number, digits = 0): string => shownNumber(value, digits, language);
  const { limit } = quota;
  return (
    <section aria-labelledby="quota-heading" className="card" data-card="quota">
      <h2 id="quota-heading">{t('quota.heading')}</h2>
      {quota.throttledSince !== null && (
        <p className="late" role="status">
          {t('quota.throttled')} <Age time={quota.throttledSince} />
        </p>
      )}
      <dl className="facts-list">
        <div>
          <dt>{t('quota.minute')}</dt>
          <dd>
            {t('quota.ofLimit', { used: number(quota.messagesLastMinute), limit: number(limit.messagesPerMinute) })}
          </dd>
        </div>
        <div>
          <dt>{t('quota.day')}</dt>
          <dd>{number(quota.messagesLastDay)}</dd>
        </div>
        {limit.bytesPerDay !== null && (
          <div>
            <dt>{t('quota.bytes')}</dt>
            <dd>
              {t('quota.ofLimit', {
                used: number(quota.bytesLastDay / MEBIBYTE, 2),
                limit: number(limit.bytesPerDay / MEBIBYTE, 2),
              })}
            </dd>
          </div>
        )}
        {quota.throttled > 0 && (
          <div>
            <dt>{t('quota.times')}</dt>
            <dd>{number(quota.throttled)}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { kindsQuery } from '../api/queries';
import type { Alarm, Named } from '../api/types';
import { shownValue } from '../format/value';
import { useLanguage } from '../i18n';
import { Age } from '../shell/states';
import { SeverityMark } from './severity-mark';

export interface AlarmRowProps {
  readonly alarm: Alarm;
  readonly now: number;
  readonly language: string;
  readonly focusable: boolean;
  /** District and department, as far as they are known. */
  readonly place: readonly (Named | undefined)[];
  onFocus(): void;
  onAcknowledge(): void;
  onComment(): void;
}

export function AlarmRow({ alarm, now, language, focusable, place, onFocus, onAcknowledge, onComment }: AlarmRowProps) {
  const { t, titleOf } = useLanguage();
  const kind = useQuery(kindsQuery).data?.get(alarm.kind);
  const metric = kind?.metrics.find(({ name }) => name === alarm.metric);
  const words = { yes: t('device.yes'), no: t('device.no') };
  const shown = (value: number): string => (metric ? shownValue(metric, value, language, words) : String(value));
  return (
    <li>
      <article
        className="alarm"
        data-alarm={alarm.id}
        data-severity={alarm.severity}
        data-active={alarm.active}
        data-acknowledged={alarm.acknowledged}
        tabIndex={focusable ? 0 : -1}
        aria-label={`${t(`severity.${alarm.severity}`)}: ${titleOf(alarm.titles)}, ${alarm.device}`}
        onFocus={onFocus}
      >
        <SeverityMark severity={alarm.severity} filled={alarm.active} />
        <div className="alarm-text">
          <h3>{titleOf(alarm.titles)}</h3>
          <p>
            <Link
              to="/devices/$id"
              params={{ id: alarm.device }}
              search={alarm.metric === null ? {} : { metric: alarm.metric }}
              tabIndex={focusable ? 0 : -1}
            >
              {alarm.device}
            </Link>
            {place
              .map((one) => titleOf(one?.titles))
              .filter(Boolean)
              .map((title) => ` · ${title}`)}
          </p>
          <p className="muted">
            <Age time={alarm.raisedAt} now={now} />
            {alarm.value !== null && ` · ${t('alarms.value', { value: shown(alarm.value) })}`}
            {alarm.limit !== null && ` · ${t('alarms.limit', { limit: shown(alarm.limit) })}`}
          </p>
        </div>
        <div className="alarm-end">
          <span className="facts">
            <span data-fact={alarm.active ? 'active' : 'returned'}>
              {t(alarm.active ? 'alarms.active' : 'alarms.returned')}
            </span>
            <span data-fact={alarm.acknowledged ? 'acknowledged' : 'unacknowledged'}>
              {t(alarm.acknowledged ? 'alarms.acknowledged' : 'alarms.unacknowledged')}
            </span>
          </span>
          <span className="actions">
            {!alarm.acknowledged && (
              <button type="button" tabIndex={focusable ? 0 : -1} onClick={onAcknowledge}>
                {t('alarms.acknowledge')}
              </button>
            )}
            <button type="button" className="quiet" tabIndex={focusable ? 0 : -1} onClick={onComment}>
              {t('alarms.comment')}
            </button>
          </span>
        </div>
      </article>
    </li>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { kindsQuery } from '../api/queries';
import type { Alarm, Named } from '../api/types';
import { useShownValue } from '../format/shown-value';
import { useLanguage } from '../i18n';
import { Age } from '../shell/states';
import { SeverityMark } from './severity-mark';

export interface AlarmRowProps {
  readonly alarm: Alarm;
  readonly focusable: boolean;
  /** Whether the reader may acknowledge and comment. */
  readonly mayAct: boolean;
  /** As far as they are known. */
  readonly district: Named | undefined;
  readonly department: Named | undefined;
  onFocus(alarm: Alarm): void;
  onAcknowledge(alarm: Alarm): void;
  onOpen(alarm: Alarm): void;
}

/** Drawn again only when it is about something else: of hundreds of rows one or two change at a time. */
export const AlarmRow = memo(function AlarmRow(props: AlarmRowProps) {
  const { alarm, focusable, mayAct, district, department, onFocus, onAcknowledge, onOpen } = props;
  const { t, titleOf } = useLanguage();
  const metric = useQuery(kindsQuery)
    .data?.get(alarm.kind)
    ?.metrics.find(({ name }) => name === alarm.metric);
  const shownValue = useShownValue();
  const shown = (value: number): string => (metric ? shownValue(metric, value) : String(value));
  // Of a switch the title says all: "value yes, limit yes" is no help.
  const measured = metric?.type !== 'boolean';
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
        onFocus={() => onFocus(alarm)}
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
            {[district, department]
              .map((one) => titleOf(one?.titles))
              .filter(Boolean)
              .map((title) => ` · ${title}`)}
          </p>
          <p className="muted">
            <Age time={alarm.raisedAt} />
            {measured && alarm.value !== null && ` · ${t('alarms.value', { value: shown(alarm.value) })}`}
            {measured && alarm.limit !== null && ` · ${t('alarms.limit', { limit: shown(alarm.limit) })}`}
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
            {mayAct && !alarm.acknowledged && (
              <button type="button" tabIndex={focusable ? 0 : -1} onClick={() => onAcknowledge(alarm)}>
                {t('alarms.acknowledge')}
              </button>
            )}
            <button type="button" className="quiet" tabIndex={focusable ? 0 : -1} onClick={() => onOpen(alarm)}>
              {t(mayAct ? 'alarms.comment' : 'alarms.timeline')}
            </button>
          </span>
        </div>
      </article>
    </li>
  );
});

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { departmentsQuery, districtsQuery, openAlarmsQuery, useAcknowledge } from '../api/queries';
import { SEVERITIES, type Alarm, type Severity } from '../api/types';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { Failure, Loading, useNow } from '../shell/states';
import { AlarmRow } from './alarm-row';
import { CommentDialog } from './comment-dialog';
import { countBySeverity, inOrderOfWork } from './open-alarms';
import { SeverityMark } from './severity-mark';

/** The live list of open alarms. `device` limits it to one device. */
export function AlarmList({
  device,
  severity,
  onSeverity,
}: {
  device?: string;
  severity?: Severity | undefined;
  onSeverity?: (severity: Severity | undefined) => void;
}) {
  const { t } = useLanguage();
  const open = useQuery(openAlarmsQuery);
  const ofScope = useMemo(
    () => (open.data ?? []).filter((alarm) => device === undefined || alarm.device === device),
    [open.data, device],
  );
  const shown = useMemo(
    () => inOrderOfWork(ofScope.filter((alarm) => severity === undefined || alarm.severity === severity)),
    [ofScope, severity],
  );

  if (open.isPending) return <Loading />;
  if (open.isError) return <Failure text="alarms.failed" retry={() => void open.refetch()} />;
  return (
    <>
      {onSeverity && <SeverityFilter counts={countBySeverity(ofScope)} chosen={severity} choose={onSeverity} />}
      {shown.length === 0 ? (
        <div className="state">
          <p>{t(severity === undefined ? 'alarms.none' : 'alarms.noneFiltered')}</p>
          {severity === undefined && device === undefined && <p className="muted">{t('alarms.noneHint')}</p>}
        </div>
      ) : (
        <Rows alarms={shown} />
      )}
    </>
  );
}

function SeverityFilter({
  counts,
  chosen,
  choose,
}: {
  counts: Record<Severity, number>;
  chosen: Severity | undefined;
  choose: (severity: Severity | undefined) => void;
}) {
  const { t } = useLanguage();
  const total = SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0);
  return (
    <div className="severity-filter" role="group" aria-label={t('alarms.heading')}>
      <button type="button" aria-pressed={chosen === undefined} onClick={() => choose(undefined)}>
        {t('alarms.all')} <b>{total}</b>
      </button>
      {SEVERITIES.map((severity) => (
        <button
          key={severity}
          type="button"
          aria-pressed={chosen === severity}
          title={t('alarms.filter', { severity: t(`severity.${severity}`) })}
          onClick={() => choose(chosen === severity ? undefined : severity)}
        >
          <SeverityMark severity={severity} />
          <span className="severity-name">{t(`severity.${severity}`)}</span> <b>{counts[severity]}</b>
        </button>
      ))}
    </div>
  );
}

/** One stop of the Tab key; j and k or the arrows move inside (the roving tabindex of the ARIA practices). */
function Rows({ alarms }: { alarms: readonly Alarm[] }) {
  const { t, language } = useLanguage();
  const now = useNow();
  const navigate = useNavigate();
  const acknowledge = useAcknowledge();
  const departments = useQuery(departmentsQuery).data;
  const districts = useQuery(districtsQuery).data;
  const [currentId, setCurrentId] = useState<string | null>(null);
  const [commenting, setCommenting] = useState<Alarm | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const current = Math.max(
    0,
    alarms.findIndex((alarm) => alarm.id === currentId),
  );

  const moveTo = (index: number): void => {
    const target = alarms[Math.min(Math.max(index, 0), alarms.length - 1)]!;
    setCurrentId(target.id);
    list.current?.querySelector<HTMLElement>(`[data-alarm="${CSS.escape(target.id)}"]`)?.focus();
  };

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const alarm = alarms[current]!;
    const actions: Record<string, () => void> = {
      j: () => moveTo(current + 1),
      k: () => moveTo(current - 1),
      ArrowDown: () => moveTo(current + 1),
      ArrowUp: () => moveTo(current - 1),
      Home: () => moveTo(0),
      End: () => moveTo(alarms.length - 1),
      a: () => !alarm.acknowledged && acknowledge.mutate(alarm),
      c: () => setCommenting(alarm),
    };
    if (event.target === event.currentTarget || (event.target as HTMLElement).dataset['alarm'] !== undefined) {
      actions['Enter'] = () => void navigate({ to: '/devices/$id', params: { id: alarm.device } });
    }
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  useFirstKey(() => moveTo(current));

  return (
    <>
      {acknowledge.error && <FaultText error={acknowledge.error} />}
      <ul className="alarms" ref={list} onKeyDown={onKey} aria-label={t('alarms.heading')}>
        {alarms.map((alarm, index) => (
          <AlarmRow
            key={alarm.id}
            alarm={alarm}
            now={now}
            language={language}
            focusable={index === current}
            place={[districts?.get(alarm.district), departments?.get(alarm.department)]}
            onFocus={() => setCurrentId(alarm.id)}
            onAcknowledge={() => acknowledge.mutate(alarm)}
            onComment={() => setCommenting(alarm)}
          />
        ))}
      </ul>
      <p className="hint muted">{t('alarms.keys')}</p>
      {commenting && <CommentDialog alarm={commenting} close={() => setCommenting(null)} />}
    </>
  );
}

/** j and k reach the list from anywhere on the page, unless somebody is typing. */
function useFirstKey(enter: () => void): void {
  const latest = useRef(enter);
  latest.current = enter;
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.key !== 'j' && event.key !== 'k') return;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, dialog, .alarms'))
        return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

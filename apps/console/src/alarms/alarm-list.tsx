import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import { departmentsQuery, districtsQuery, openAlarmsQuery, useAcknowledge } from '../api/queries';
import { SEVERITIES, type Alarm, type Severity } from '../api/types';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { useMay } from '../session/may';
import { Failure, Loading } from '../shell/states';
import { AlarmDialog } from './alarm-dialog';
import { AlarmRow } from './alarm-row';
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
  if (open.isLoadingError) return <Failure text="alarms.failed" retry={() => void open.refetch()} />;
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
  const { t, language } = useLanguage();
  const number = (value: number): string => shownNumber(value, 0, language);
  const total = SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0);
  return (
    <div className="severity-filter" role="group" aria-label={t('alarms.heading')}>
      <button type="button" aria-pressed={chosen === undefined} onClick={() => choose(undefined)}>
        {t('alarms.all')} <b>{number(total)}</b>
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
          <span className="severity-name">{t(`severity.${severity}`)}</span> <b>{number(counts[severity])}</b>
        </button>
      ))}
    </div>
  );
}

/** Rows that are drawn before more are asked for: nobody works through thousands, and no browser draws them gladly. */
const PAGE = 200;

/** One stop of the Tab key; j and k or the arrows move inside (the roving tabindex of the ARIA practices). */
function Rows({ alarms }: { alarms: readonly Alarm[] }) {
  const { t, language } = useLanguage();
  const navigate = useNavigate();
  const mayAct = useMay('operator');
  const { mutate: acknowledge, error } = useAcknowledge();
  const departments = useQuery(departmentsQuery).data;
  const districts = useQuery(districtsQuery).data;
  const [currentId, setCurrentId] = useState<string | null>(null);
  const [opened, setOpened] = useState<Alarm | null>(null);
  const [pages, setPages] = useState(1);
  const list = useRef<HTMLUListElement>(null);
  const shown = alarms.slice(0, pages * PAGE);
  const current = Math.max(
    0,
    shown.findIndex((alarm) => alarm.id === currentId),
  );
  useKeptFocus(list, shown, current);

  const moveTo = (index: number): void => {
    const target = shown[Math.min(Math.max(index, 0), shown.length - 1)]!;
    setCurrentId(target.id);
    list.current?.querySelector<HTMLElement>(`[data-alarm="${CSS.escape(target.id)}"]`)?.focus();
  };

  // An acknowledged alarm goes to the end of the work: the focus goes on to the next one, not with it.
  const latest = useRef({ shown, moveTo });
  latest.current = { shown, moveTo };
  const onAcknowledge = useCallback(
    (alarm: Alarm) => {
      const index = latest.current.shown.findIndex(({ id }) => id === alarm.id);
      latest.current.moveTo(index + 1 < latest.current.shown.length ? index + 1 : index);
      acknowledge(alarm);
    },
    [acknowledge],
  );
  const onFocus = useCallback(({ id }: Alarm) => setCurrentId(id), []);

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const alarm = shown[current]!;
    const actions: Record<string, () => void> = {
      j: () => moveTo(current + 1),
      k: () => moveTo(current - 1),
      ArrowDown: () => moveTo(current + 1),
      ArrowUp: () => moveTo(current - 1),
      Home: () => moveTo(0),
      End: () => moveTo(shown.length - 1),
      a: () => mayAct && !alarm.acknowledged && onAcknowledge(alarm),
      c: () => setOpened(alarm),
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
      {error && <FaultText error={error} />}
      <ul className="alarms" ref={list} onKeyDown={onKey} aria-label={t('alarms.heading')}>
        {shown.map((alarm, index) => (
          <AlarmRow
            key={alarm.id}
            alarm={alarm}
            focusable={index === current}
            mayAct={mayAct}
            district={districts?.get(alarm.district)}
            department={departments?.get(alarm.department)}
            onFocus={onFocus}
            onAcknowledge={onAcknowledge}
            onOpen={setOpened}
          />
        ))}
      </ul>
      {alarms.length > shown.length && (
        <p className="more">
          <button type="button" onClick={() => setPages(pages + 1)}>
            {t('alarms.more')}
          </button>{' '}
          <span className="muted">
            {t('alarms.shown', { shown: shownNumber(shown.length, 0, language), count: alarms.length })}
          </span>
        </p>
      )}
      <p className="hint muted">{t(mayAct ? 'alarms.keys' : 'alarms.keysOfViewer')}</p>
      {opened && <AlarmDialog alarm={opened} mayComment={mayAct} close={() => setOpened(null)} />}
    </>
  );
}

/** When the alarm under the focus has closed and its row is gone, the focus goes to the one that took its place. */
function useKeptFocus(list: RefObject<HTMLUListElement | null>, shown: readonly Alarm[], current: number): void {
  const focused = useRef<{ readonly id: string; readonly index: number } | null>(null);
  useLayoutEffect(() => {
    const last = focused.current;
    const within = list.current!.contains(document.activeElement);
    if (!within && last !== null && document.activeElement === document.body && !shown.some(({ id }) => id === last.id))
      list.current!.querySelectorAll<HTMLElement>('.alarm')[Math.min(last.index, shown.length - 1)]?.focus();
    focused.current = list.current!.contains(document.activeElement)
      ? { id: shown[current]!.id, index: current }
      : null;
  });
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

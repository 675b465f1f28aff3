import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { openAlarmsQuery } from '../api/queries';
import type { Alarm } from '../api/types';
import { useLanguage } from '../i18n';
import { newAlarms } from './new-alarms';
import { inOrderOfWork } from './open-alarms';

/** A screen reader is told of new alarms at most this often: in a flood of how many there are, not of each. */
const PAUSE_MS = 10_000;
/** Alarms that come together are told of together. */
const GATHER_MS = 1_000;

/** Tells whoever does not see the list of alarms that have come, once each, on whatever page they are. */
export function AlarmAnnouncer() {
  const { t, titleOf } = useLanguage();
  const alarms = useQuery(openAlarmsQuery).data;
  const known = useRef<ReadonlySet<string> | null>(null);
  const untold = useRef(new Map<string, Alarm>());
  const [told, setTold] = useState<readonly Alarm[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const toldAt = useRef(0);

  useEffect(() => {
    if (alarms === undefined) return;
    for (const alarm of newAlarms(known.current, alarms)) untold.current.set(alarm.id, alarm);
    known.current = new Set(alarms.map(({ id }) => id));
    // One that has closed meanwhile needs nobody any more.
    for (const id of untold.current.keys()) if (!known.current.has(id)) untold.current.delete(id);
    if (untold.current.size === 0 || timer.current !== undefined) return;
    timer.current = setTimeout(
      () => {
        timer.current = undefined;
        toldAt.current = Date.now();
        setTold(inOrderOfWork([...untold.current.values()]));
        untold.current.clear();
      },
      Math.max(GATHER_MS, toldAt.current + PAUSE_MS - Date.now()),
    );
  }, [alarms]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const [worst] = told;
  return (
    <p className="visually-hidden" role="log" aria-live="polite" data-announcer="alarms">
      {worst && (
        <span key={worst.id}>
          {t('alarms.announced', {
            count: told.length,
            severity: t(`severity.${worst.severity}`),
            title: titleOf(worst.titles),
            device: worst.device,
          })}
        </span>
      )}
    </p>
  );
}

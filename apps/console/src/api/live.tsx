import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { applyChanges } from '../alarms/open-alarms';
import { followStream } from './event-stream';
import { latestQuery, openAlarmsQuery, sessionQuery } from './queries';
import { mergeReading } from './merge-reading';
import type { Alarm, AlarmEvent, LatestReading, ReadingEvent } from './types';

/** In a flood of alarms the lists change this often and not with each alarm: drawing them is dear. */
const GATHER_MS = 250;

type Connection = 'connecting' | 'live' | 'lost';

interface Live {
  readonly connection: Connection;
  readonly paused: boolean;
  /** Alarms that have changed while paused. */
  readonly waiting: number;
  setPaused(paused: boolean): void;
}

const LiveContext = createContext<Live>({
  connection: 'connecting',
  paused: false,
  waiting: 0,
  setPaused: () => undefined,
});
export const useLive = (): Live => useContext(LiveContext);

/** Keeps the open alarms of the cache as the stream says. While paused, changes wait, so that the list holds still. */
export function LiveAlarms({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [stream, setStream] = useState<Connection>('connecting');
  const [paused, setPausedState] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const pausedRef = useRef(false);
  // The last state of each alarm is enough: what waits in a tab that stays paused is bounded by the alarms there are.
  const held = useRef(new Map<string, Alarm>());
  const overtaken = useRef(new Map<string, Alarm>());
  const fetching = useIsFetching({ queryKey: openAlarmsQuery.queryKey });
  // A network that swallows everything breaks no stream; that the list cannot be had tells of it.
  const list = useQuery({ ...openAlarmsQuery, refetchInterval: paused ? false : 60_000 });
  const unanswered = list.failureCount > 0 || list.isError;

  const change = useCallback(
    (changed: ReadonlyMap<string, Alarm>) =>
      client.setQueryData(openAlarmsQuery.queryKey, (alarms) => alarms && applyChanges(alarms, changed)),
    [client],
  );

  const applyHeld = useCallback(() => {
    const changed = new Map(held.current);
    held.current.clear();
    setWaiting(0);
    if (changed.size === 0) return;
    change(changed);
    if (client.isFetching({ queryKey: openAlarmsQuery.queryKey }) > 0)
      for (const [id, alarm] of changed) overtaken.current.set(id, alarm);
    void client.invalidateQueries({
      predicate: ({ queryKey: [name, id] }) => name === 'alarm' && changed.has(String(id)),
    });
  }, [change, client]);

  // A list that was asked for before an event may arrive after it, and knows nothing of it.
  useEffect(() => {
    // To write the list, even as it is, would say that it was had.
    if (fetching > 0 || overtaken.current.size === 0) return;
    change(overtaken.current);
    overtaken.current.clear();
  }, [change, fetching]);

  // What happened while the stream was away is in the list, whether or not the stream resumes.
  const catchUp = useCallback(() => void client.invalidateQueries({ queryKey: openAlarmsQuery.queryKey }), [client]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const gathered = (): void => {
      timer = undefined;
      if (pausedRef.current) setWaiting(held.current.size);
      else applyHeld();
    };
    const end = followStream('/v1/alarms/stream', {
      opened: () => {
        setStream('live');
        if (!pausedRef.current) catchUp();
      },
      lost: () => setStream('lost'),
      refused: () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
      events: {
        alarm: (data) => {
          const { alarm } = data as AlarmEvent;
          held.current.set(alarm.id, alarm);
          timer ??= setTimeout(gathered, GATHER_MS);
        },
      },
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [applyHeld, catchUp, client]);

  const setPaused = useCallback(
    (next: boolean) => {
      pausedRef.current = next;
      setPausedState(next);
      if (next) return;
      applyHeld();
      catchUp();
    },
    [applyHeld, catchUp],
  );

  const connection = unanswered ? 'lost' : stream;
  const live = useMemo(() => ({ connection, paused, waiting, setPaused }), [connection, paused, waiting, setPaused]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

/** Keeps the last readings of one device as the stream says. */
export function useLiveReadings(device: string): void {
  const client = useQueryClient();
  useEffect(
    () =>
      followStream(`/v1/stream?device=${encodeURIComponent(device)}`, {
        events: {
          reading: (data) => {
            const { time, values } = data as ReadingEvent;
            client.setQueryData(latestQuery(device).queryKey, (known): LatestReading =>
              mergeReading(known ?? { device, time, values: {} }, time, values),
            );
          },
        },
      }),
    [client, device],
  );
}

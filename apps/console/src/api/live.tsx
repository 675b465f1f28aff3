import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { applyChange } from '../alarms/open-alarms';
import { latestQuery, openAlarmsQuery } from './queries';
import { mergeReading } from './merge-reading';
import type { AlarmEvent, LatestReading, ReadingEvent } from './types';

type Connection = 'connecting' | 'live' | 'lost';

interface Live {
  readonly connection: Connection;
  readonly paused: boolean;
  /** Changes that came in while paused. */
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
  const [connection, setConnection] = useState<Connection>('connecting');
  const [paused, setPausedState] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const pausedRef = useRef(false);
  const held = useRef<AlarmEvent[]>([]);
  const overtaken = useRef<AlarmEvent[]>([]);
  const fetching = useIsFetching({ queryKey: openAlarmsQuery.queryKey });

  const change = useCallback(
    ({ alarm }: AlarmEvent) =>
      client.setQueryData(openAlarmsQuery.queryKey, (alarms) => alarms && applyChange(alarms, alarm)),
    [client],
  );

  const apply = useCallback(
    (event: AlarmEvent) => {
      change(event);
      if (client.isFetching({ queryKey: openAlarmsQuery.queryKey }) > 0) overtaken.current.push(event);
      void client.invalidateQueries({ queryKey: ['alarm', event.alarm.id] });
    },
    [change, client],
  );

  // A list that was asked for before an event may arrive after it, and knows nothing of it.
  useEffect(() => {
    if (fetching === 0) for (const event of overtaken.current.splice(0)) change(event);
  }, [change, fetching]);

  useEffect(() => {
    const source = new EventSource('/v1/alarms/stream');
    source.addEventListener('open', () => {
      setConnection('live');
      // What happened while the stream was away is in the list, whether or not the stream resumes.
      void client.invalidateQueries({ queryKey: openAlarmsQuery.queryKey });
    });
    source.addEventListener('error', () => setConnection('lost'));
    source.addEventListener('alarm', (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as AlarmEvent;
      if (!pausedRef.current) return apply(event);
      held.current.push(event);
      setWaiting(held.current.length);
    });
    return () => source.close();
  }, [apply, client]);

  const setPaused = useCallback(
    (next: boolean) => {
      pausedRef.current = next;
      setPausedState(next);
      if (next) return;
      for (const event of held.current.splice(0)) apply(event);
      setWaiting(0);
    },
    [apply],
  );

  const live = useMemo(() => ({ connection, paused, waiting, setPaused }), [connection, paused, waiting, setPaused]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

/** Keeps the last readings of one device as the stream says. */
export function useLiveReadings(device: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const source = new EventSource(`/v1/stream?device=${encodeURIComponent(device)}`);
    source.addEventListener('reading', (message: MessageEvent<string>) => {
      const { time, values } = JSON.parse(message.data) as ReadingEvent;
      client.setQueryData(latestQuery(device).queryKey, (known): LatestReading =>
        mergeReading(known ?? { device, time, values: {} }, time, values),
      );
    });
    return () => source.close();
  }, [client, device]);
}

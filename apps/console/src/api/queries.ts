import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { applyChanges, withoutClosed } from '../alarms/open-alarms';
import { api } from './client';
import type { Alarm, Department, Device, District, History, Kind, LatestReading, Session } from './types';

const HOUR_MS = 3_600_000;
const PAGE = 10_000;
const ALARM_PAGE = 1_000;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => api<Session>('GET', '/v1/session'),
  retry: false,
  staleTime: Infinity,
});

export const kindsQuery = queryOptions({
  queryKey: ['kinds'],
  queryFn: async () =>
    new Map((await api<{ kinds: Kind[] }>('GET', '/v1/kinds')).kinds.map((kind) => [kind.name, kind])),
  staleTime: HOUR_MS,
});

export const departmentsQuery = queryOptions({
  queryKey: ['departments'],
  queryFn: async () =>
    new Map(
      (await api<{ departments: Department[] }>('GET', '/v1/departments')).departments.map((one) => [one.id, one]),
    ),
  staleTime: HOUR_MS,
});

export const districtsQuery = queryOptions({
  queryKey: ['districts'],
  queryFn: async () =>
    new Map((await api<{ districts: District[] }>('GET', '/v1/districts')).districts.map((one) => [one.code, one])),
  staleTime: HOUR_MS,
});

export const devicesQuery = queryOptions({
  queryKey: ['devices'],
  queryFn: async () => {
    const devices: Device[] = [];
    let after: string | null = null;
    do {
      const page: { devices: Device[]; next: string | null } = await api(
        'GET',
        `/v1/devices?limit=${PAGE}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`,
      );
      devices.push(...page.devices);
      after = page.next;
    } while (after !== null);
    return devices;
  },
  staleTime: 60_000,
  refetchInterval: 60_000,
});

async function allAlarms(filter: string): Promise<Alarm[]> {
  const alarms: Alarm[] = [];
  let after = '';
  for (;;) {
    const page: { alarms: Alarm[]; next: string | null } = await api(
      'GET',
      `/v1/alarms?${filter}&limit=${ALARM_PAGE}${after}`,
    );
    alarms.push(...page.alarms);
    if (page.next === null) return alarms;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

/** Alarms that somebody still has to do something about: active, or returned to normal without an acknowledgement. */
export const openAlarmsQuery = queryOptions({
  queryKey: ['alarms', 'open'],
  queryFn: async () => {
    const [active, returned] = await Promise.all([
      allAlarms('active=true'),
      allAlarms('active=false&acknowledged=false'),
    ]);
    // One that changed in between is in both.
    return withoutClosed([...new Map([...active, ...returned].map((alarm) => [alarm.id, alarm])).values()]);
  },
  // The stream tells what changes; a list that is paused holds still.
  refetchOnWindowFocus: false,
});

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', id],
    queryFn: () => api<Device>('GET', `/v1/devices/${encodeURIComponent(id)}`),
  });

export const latestQuery = (id: string) =>
  queryOptions({
    queryKey: ['latest', id],
    queryFn: () => api<LatestReading>('GET', `/v1/devices/${encodeURIComponent(id)}/latest`),
    refetchInterval: 60_000,
  });

export const historyQuery = (id: string, metric: string) =>
  queryOptions({
    queryKey: ['history', id, metric],
    queryFn: () =>
      api<History>(
        'GET',
        `/v1/devices/${encodeURIComponent(id)}/readings?metric=${encodeURIComponent(metric)}&every=10m&aggregate=mean,min,max`,
      ),
    refetchInterval: 60_000,
  });

export const timelineQuery = (alarm: string) =>
  queryOptions({
    queryKey: ['alarm', alarm],
    queryFn: () =>
      api<Alarm & { timeline: { id: number; type: string; at: string; actor: string; reason: string | null }[] }>(
        'GET',
        `/v1/alarms/${encodeURIComponent(alarm)}`,
      ),
  });

/** Shows the acknowledgement at once and takes it back when the API refuses it. */
export function useAcknowledge() {
  const client = useQueryClient();
  const change = (alarm: Alarm): void => {
    const changed = new Map([[alarm.id, alarm]]);
    client.setQueryData(openAlarmsQuery.queryKey, (alarms) => alarms && applyChanges(alarms, changed));
  };
  return useMutation({
    mutationFn: (alarm: Alarm) => api<Alarm>('POST', `/v1/alarms/${encodeURIComponent(alarm.id)}/acknowledge`, {}),
    onMutate: (alarm) => {
      change({ ...alarm, acknowledged: true });
    },
    onError: (_error, alarm) => change(alarm),
  });
}

export function useComment() {
  return useMutation({
    mutationFn: ({ alarm, text }: { alarm: string; text: string }) =>
      api<Alarm>('POST', `/v1/alarms/${encodeURIComponent(alarm)}/comment`, { text }),
  });
}

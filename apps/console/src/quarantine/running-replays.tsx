import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { isUnfinished, replaysQuery, useLiveReplays } from '../api/dead-letters';
import { sightingsQuery } from '../api/sightings';
import { useLanguage } from '../i18n';
import { ReplayProgress } from './replay-progress';

/** Jobs that run, and those that the reader saw running until they are put away. What they changed is asked for again. */
export function RunningReplays() {
  const { t } = useLanguage();
  const client = useQueryClient();
  useLiveReplays();
  const jobs = useQuery(replaysQuery).data ?? [];
  const [putAway, setPutAway] = useState<ReadonlySet<string>>(new Set());
  // Those that ended before the reader came are history.
  const seen = useRef<Set<string>>(new Set());
  for (const job of jobs) if (isUnfinished(job) || isFresh(job.createdAt)) seen.current.add(job.id);
  const shown = jobs.filter(({ id }) => seen.current.has(id) && !putAway.has(id));
  const settled = shown.map(({ id, state, stored, refusedAgain }) => [id, state, stored, refusedAgain]).join();

  useEffect(() => {
    if (settled === '') return;
    void client.invalidateQueries({ queryKey: ['dead-letters'] });
    void client.invalidateQueries({ queryKey: sightingsQuery.queryKey });
  }, [client, settled]);

  if (shown.length === 0) return null;
  return (
    <section className="replays-running" aria-label={t('quarantine.running')}>
      {shown.map((job) => (
        <ReplayProgress key={job.id} replay={job} putAway={() => setPutAway(new Set([...putAway, job.id]))} />
      ))}
    </section>
  );
}

const FRESH_MS = 5_000;
/** A small job may be done before it was ever seen running. */
const isFresh = (createdAt: string): boolean => Date.now() - Date.parse(createdAt) < FRESH_MS;

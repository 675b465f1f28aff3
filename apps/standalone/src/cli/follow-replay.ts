import { ApiProblem, type ApiClient } from './api-client.js';

const ENDED: ReadonlySet<Replay['state']> = new Set(['done', 'cancelled', 'failed']);

export interface Replay {
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';
  readonly createdAt: string;
  readonly createdBy: string;
  readonly total: number;
  readonly skipped: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly refusedAgain: number;
  readonly perSecond: number | null;
  readonly secondsLeft: number | null;
  readonly trouble: { readonly code: string; readonly detail: string; readonly remedy: string } | null;
}

/**
 * Shows the progress in one line until the replay has ended.
 * @throws ApiProblem when it failed
 */
export async function followReplay(client: ApiClient, { id }: Pick<Replay, 'id'>): Promise<void> {
  const path = `/v1/dead-letters/replays/${encodeURIComponent(id)}/stream`;
  const hasEnded = ({ state }: Replay): boolean => ENDED.has(state);
  for await (const replay of client.progress<Replay>(path, hasEnded)) {
    const ended = hasEnded(replay);
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${progressOf(replay)}${ended ? '\n' : ''}`);
    else if (ended) console.log(progressOf(replay));
    if (replay.state === 'failed')
      throw new ApiProblem(`${troubleOf(replay)} Go on with it by: lamplighter dead-letters retry ${replay.id}`);
  }
}

export function progressOf(replay: Replay): string {
  const { state, total, stored, duplicates, refusedAgain, skipped, perSecond, secondsLeft } = replay;
  const settled = stored + duplicates + refusedAgain + skipped;
  const pace = state === 'running' && perSecond !== null ? `, ${perSecond} a second` : '';
  const left = state === 'running' && secondsLeft !== null ? `, ${secondsLeft} s left` : '';
  const kinds = `${stored} stored, ${duplicates} stored before, ${refusedAgain} refused again, ${skipped} not replayable`;
  const waits = state === 'waiting' && replay.trouble !== null ? `; tried again by itself: ${troubleOf(replay)}` : '';
  return `${state}: ${settled} of ${Math.max(total, settled)} letters (${kinds})${pace}${left}${waits}`;
}

export function troubleOf({ trouble }: Replay): string {
  return trouble === null ? '' : `${trouble.code}: ${trouble.detail} ${trouble.remedy}`;
}

import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ERRORS, whyNotReplayable } from '#core';
import type { Clock } from '#core';
import type { Registry, ReplayJob } from '#registry';
import type { DeadLetterFilter, TelemetryQueries } from '#timeseries';
import { scopeOf } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { isoTime } from '../http/parameters.js';
import { notFound, Problem } from '../http/problem.js';
import { CLOCK, JOURNAL_COUNTS, REGISTRY, TELEMETRY } from '../ports.js';
import type { JournalCounts } from '../ports.js';
import type { WatchedJob } from '../streams/job-streams.service.js';
import type { ReplayDto, ReplayRequestDto } from './replay.dto.js';
import { ReplayRunner } from './replay-runner.service.js';

/** Jobs that replay dead letters, within the departments of the caller. */
@Injectable()
export class ReplayService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    @Inject(JOURNAL_COUNTS) private readonly journal: JournalCounts,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly runner: ReplayRunner,
  ) {}

  /** @throws Problem `bad-request` without any filter, `not-replayable` when a letter that was named cannot be replayed */
  async start(caller: Caller, { all, department, ...asked }: ReplayRequestDto): Promise<ReplayDto> {
    const filter = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    if (all !== true && department === undefined && Object.keys(filter).length === 0)
      throw new Problem('bad-request', 'Say which letters, or send "all": true.', { pointer: '/all' });
    const departments = scopeOf(caller, department);
    if (asked.ids !== undefined) await this.refuseUnplayable(asked.ids, departments);
    const beforeSequence = await this.journal.nextSequence();
    const open: DeadLetterFilter = { ...filter, departments, beforeSequence, open: true };
    const [letters] = await this.telemetry.deadLetterGroups({ ...open, by: [], limit: 1 });
    const total = letters?.letters ?? 0;
    const job = { id: randomUUID(), createdBy: caller.name, departments, filter, beforeSequence, total };
    const created = await this.registry.replays.create(job);
    await this.registry.audit.append({
      actor: caller.name,
      action: 'replay-started',
      subject: created.id,
      detail: { filter, departments, total },
    });
    this.runner.wake();
    return this.viewOf(created);
  }

  async list(caller: Caller, limit: number): Promise<ReplayDto[]> {
    const jobs = (await this.registry.replays.list(500)).filter((job) => mayManage(caller, job)).slice(0, limit);
    return Promise.all(jobs.map((job) => this.viewOf(job)));
  }

  async get(caller: Caller, id: string): Promise<ReplayDto> {
    return this.viewOf(await this.find(caller, id));
  }

  /** The job for who may see it; its looks are the same for all of them. */
  async watched(caller: Caller, id: string): Promise<WatchedJob<ReplayDto>> {
    await this.find(caller, id);
    return {
      key: `replay:${id}`,
      look: async () => {
        const job = await this.registry.replays.get(id);
        if (job === null) throw notFound('replay');
        return this.viewOf(job);
      },
      hasEnded: ({ state }) => state !== 'waiting' && state !== 'running',
    };
  }

  /** Letters that are in the journal by then are settled all the same. */
  async cancel(caller: Caller, id: string): Promise<ReplayDto> {
    const job = await this.find(caller, id);
    if (job.finishedAt !== null) return this.viewOf(job);
    const cancelled = await this.registry.replays.cancel(id);
    await this.registry.audit.append({ actor: caller.name, action: 'replay-cancelled', subject: id, detail: {} });
    this.runner.wake();
    return this.viewOf(cancelled ?? job);
  }

  /** @throws Problem `conflict` when it has ended as it should */
  async retry(caller: Caller, id: string): Promise<ReplayDto> {
    const job = await this.find(caller, id);
    if (job.state === 'done' || job.state === 'cancelled')
      throw new Problem('conflict', `The replay is ${job.state}: there is nothing to go on with. Start another one for what is still open.`); // prettier-ignore
    const retried = await this.registry.replays.retry(id);
    await this.registry.audit.append({ actor: caller.name, action: 'replay-retried', subject: id, detail: {} });
    this.runner.wake();
    return this.viewOf(retried ?? job);
  }

  private async find(caller: Caller, id: string): Promise<ReplayJob> {
    const job = await this.registry.replays.get(id);
    if (job === null || !mayManage(caller, job)) throw notFound('replay');
    return job;
  }

  private async refuseUnplayable(ids: readonly string[], departments: readonly string[] | null): Promise<void> {
    const { deadLetters } = await this.telemetry.deadLetters({ departments, ids, limit: ids.length });
    for (const letter of deadLetters) {
      const why = whyNotReplayable(letter);
      if (why === 'withheld')
        throw new Problem('not-replayable', `The payload of letter ${letter.id} was withheld for privacy: nothing was kept.`); // prettier-ignore
      if (why === 'expired')
        throw new Problem('not-replayable', `The payload of letter ${letter.id} has expired; its bytes are gone.`);
      if (why === 'damaged')
        throw new Problem('not-replayable', `The bytes of letter ${letter.id} are not those that were sent.`);
    }
  }

  private async viewOf(job: ReplayJob): Promise<ReplayDto> {
    const outcomes = await this.outcomesOf(job);
    const { stored, duplicates, deadLetters: refusedAgain } = outcomes;
    const settled = stored + duplicates + refusedAgain + job.skipped;
    const seconds = job.startedAt === null ? 0 : ((job.finishedAt ?? this.clock.now()) - job.startedAt) / 1000;
    const perSecond = seconds > 0 && settled > 0 ? settled / seconds : null;
    const left = job.finishedAt === null ? Math.max(0, job.total - settled) : 0;
    return {
      id: job.id,
      state: job.state,
      createdAt: isoTime(job.createdAt),
      createdBy: job.createdBy,
      filter: filterView(job.filter),
      total: job.total,
      published: job.published,
      skipped: job.skipped,
      stored,
      duplicates,
      refusedAgain,
      perSecond: perSecond === null ? null : Math.round(perSecond * 10) / 10,
      secondsLeft: perSecond === null ? (left === 0 ? 0 : null) : Math.ceil(left / perSecond),
      startedAt: job.startedAt === null ? null : isoTime(job.startedAt),
      finishedAt: job.finishedAt === null ? null : isoTime(job.finishedAt),
      trouble: troubleView(job),
    };
  }

  private async outcomesOf(job: ReplayJob): Promise<NonNullable<ReplayJob['outcomes']>> {
    const none = { stored: 0, duplicates: 0, deadLetters: 0 };
    if (job.startedAt === null) return none;
    // What a job had sent when it failed is settled after that, and the store may be what it failed of.
    if (job.state === 'failed') return this.telemetry.replayOutcomes(job.id).catch(() => job.outcomes ?? none);
    return job.outcomes ?? this.telemetry.replayOutcomes(job.id);
  }
}

function troubleView({ trouble, retryAt, state }: ReplayJob): ReplayDto['trouble'] {
  if (trouble === null) return null;
  const { title, remedy } = ERRORS[trouble.code];
  const next = state === 'failed' ? ' Then retry the replay: it goes on where it was.' : '';
  return { ...trouble, title, remedy: remedy + next, nextTryAt: retryAt === null ? null : isoTime(retryAt) };
}

/** A job over all departments, or over one that the caller does not see, is as if it were not there (THREATS 34). */
function mayManage(caller: Caller, job: ReplayJob): boolean {
  if (caller.departments === null) return true;
  return job.departments !== null && job.departments.every((id) => caller.departments!.includes(id));
}

function filterView(filter: ReplayJob['filter']): Record<string, unknown> {
  const times = (['from', 'to'] as const).filter((name) => typeof filter[name] === 'number');
  return { ...filter, ...Object.fromEntries(times.map((name) => [name, isoTime(filter[name] as number)])) };
}

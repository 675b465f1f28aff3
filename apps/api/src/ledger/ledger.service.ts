import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Registry } from '#registry';
import { INGEST_CONSUMER } from '#timeseries';
import type { DeadLetterGroup, OutcomeCount, TelemetryQueries } from '#timeseries';
import { sees } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { DeviceSelection } from '../devices/device-selection.service.js';
import { isoTime } from '../http/parameters.js';
import { notFound } from '../http/problem.js';
import { JOURNAL_COUNTS, REGISTRY, TELEMETRY } from '../ports.js';
import type { JournalCounts } from '../ports.js';
import { countsOf, joinEntries, settledOf, sumOf } from './ledger-counts.js';
import type { LedgerEntry } from './ledger-counts.js';
import type { LedgerCountsDto, LedgerDto, LedgerGroupDto, LedgerQueryDto } from './ledger.dto.js';

const HOUR_MS = 3_600_000;
const MAX_ATTEMPTS = 8;
const ATTEMPT_PAUSE_MS = 5;
const MAX_SOURCES = 1_000_000;
const NO_LETTERS: LetterCounts = { openDeadLetters: 0, resolvedDeadLetters: 0 };
const NOTHING: OutcomeCount = { source: '', hour: 0, stored: 0, duplicates: 0, deadLetters: {} };

type LetterCounts = Required<Pick<LedgerCountsDto, 'openDeadLetters' | 'resolvedDeadLetters'>>;

interface HourRange {
  readonly fromHour?: number;
  readonly toHour?: number;
}

/**
 * Proves that every acknowledged message ended somewhere. The journal's count and the store's outcomes come from different
 * processes, so they are read in the order in which a message passes, backwards: the store first, the journal last. A
 * message that moves meanwhile then shows as backlog, never as lost.
 */
@Injectable()
export class LedgerService {
  constructor(
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    @Inject(JOURNAL_COUNTS) private readonly journal: JournalCounts,
    @Inject(REGISTRY) private readonly registry: Registry,
    private readonly selection: DeviceSelection,
  ) {}

  async read(caller: Caller, query: LedgerQueryDto): Promise<LedgerDto> {
    const hours = hoursOf(query);
    const whole =
      query.device === undefined && query.groupBy === undefined && query.from === undefined && query.to === undefined;
    if (whole && caller.departments === null) return { ...(await this.total()), ...(await this.letters()) };
    if (query.device !== undefined) await this.requireVisible(caller, query.device);
    const sources = query.device === undefined ? await this.visibleSources(caller) : null;
    const { entries, backlog } = await this.entries(query.device, hours, query.groupBy === 'hour');
    const visible = sources === null ? entries : entries.filter(({ source }) => sources.has(source));
    const total = countsOf(sumOf(visible), backlog);
    if (query.groupBy === 'hour' || hours.fromHour !== undefined || hours.toHour !== undefined)
      return query.groupBy === undefined
        ? total
        : { ...total, groups: visible.map((entry) => groupOf(entry, backlog)) };
    const letters = await this.lettersBySource(query.device);
    const counted = visible.map((entry) => ({
      ...groupOf(entry, backlog),
      ...(letters.get(entry.source) ?? NO_LETTERS),
    }));
    const all = { ...total, ...sumOfLetters(counted) };
    return query.groupBy === undefined ? all : { ...all, groups: counted };
  }

  /** All messages: journalled by the journal's running number, settled by the store's position. */
  async total(): Promise<LedgerCountsDto> {
    const { outcomes, settled } = await this.outcomesAtPosition();
    const journalled = await this.journal.nextSequence();
    const { stored, duplicates, deadLetters } = outcomes;
    const backlog = Math.max(0, journalled - settled);
    const unaccounted = journalled - settledOf(outcomes) - backlog;
    return { journalled, stored, duplicates, deadLetters: { ...deadLetters }, backlog, unaccounted };
  }

  /**
   * Totals and the position that they belong to. Both are read while the store goes on, and it may show a commit in one a
   * moment before the other, so a difference is looked at again; one that stays, and is not a commit under way, is real.
   */
  private async outcomesAtPosition(): Promise<{ outcomes: OutcomeCount; settled: number }> {
    for (let attempt = 1; ; attempt++) {
      const before = await this.position();
      const [outcomes = NOTHING] = await this.telemetry.outcomes({ groupBy: 'total' });
      const settled = settledOf(outcomes);
      if (settled === before) return { outcomes, settled };
      await sleep(ATTEMPT_PAUSE_MS);
      if (attempt < MAX_ATTEMPTS) continue;
      const busy = settled > before && settled <= (await this.position());
      return { outcomes, settled: busy ? settled : before };
    }
  }

  /** The position is read first and the journal last, so the backlog is never too small for what is not settled yet. */
  private async entries(
    source: string | undefined,
    hours: HourRange,
    byHour: boolean,
  ): Promise<{ entries: LedgerEntry[]; backlog: number }> {
    const only = source === undefined ? {} : { source };
    const settled = await this.position();
    const outcomes = await this.telemetry.outcomes({ ...only, ...hours, groupBy: byHour ? 'source-hour' : 'source' });
    const tally = await this.journal.tally({ ...only, ...hours });
    const backlog = Math.max(0, (await this.journal.nextSequence()) - settled);
    return { entries: joinEntries(tally, outcomes, byHour), backlog };
  }

  /** Letters of messages that were stored in part are left out: the ledger counts those as stored. */
  private async letters(): Promise<LetterCounts> {
    const [all] = await this.telemetry.deadLetterGroups({ departments: null, partial: false, by: [], limit: 1 });
    return all === undefined ? NO_LETTERS : letterCounts(all);
  }

  private async lettersBySource(source: string | undefined): Promise<ReadonlyMap<string, LetterCounts>> {
    const only = source === undefined ? {} : { source };
    const groups = await this.telemetry.deadLetterGroups({
      ...only,
      departments: null,
      partial: false,
      by: ['source'],
      limit: MAX_SOURCES,
    });
    return new Map(groups.map((group) => [group.key.source ?? '', letterCounts(group)]));
  }

  private async position(): Promise<number> {
    return (await this.telemetry.position(INGEST_CONSUMER))?.nextSequence ?? 0;
  }

  private async requireVisible(caller: Caller, source: string): Promise<void> {
    if (caller.departments === null) return;
    const device = await this.registry.devices.get(source);
    if (device === null || !sees(caller, device.department)) throw notFound('device');
  }

  /** Null: everything. */
  private async visibleSources(caller: Caller): Promise<ReadonlySet<string> | null> {
    if (caller.departments === null) return null;
    return new Set((await this.selection.select(caller, {})).map(({ id }) => id));
  }
}

function hoursOf({ from, to }: LedgerQueryDto): HourRange {
  return {
    ...(from === undefined ? {} : { fromHour: Math.floor(from / HOUR_MS) }),
    ...(to === undefined ? {} : { toHour: Math.ceil(to / HOUR_MS) }),
  };
}

function groupOf(entry: LedgerEntry, backlog: number): LedgerGroupDto {
  const at = entry.hour === null ? {} : { hour: isoTime(entry.hour * HOUR_MS) };
  return { device: entry.source, ...at, ...countsOf(entry, backlog) };
}

function letterCounts({ letters, open }: DeadLetterGroup): LetterCounts {
  return { openDeadLetters: open, resolvedDeadLetters: letters - open };
}

function sumOfLetters(all: readonly LetterCounts[]): LetterCounts {
  const sum = { ...NO_LETTERS };
  for (const { openDeadLetters, resolvedDeadLetters } of all) {
    sum.openDeadLetters += openDeadLetters;
    sum.resolvedDeadLetters += resolvedDeadLetters;
  }
  return sum;
}

import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { LamplighterError } from '#core';
import type { Clock } from '#core';
import type { Caller } from '../auth/caller.js';
import { csvDocument } from '../http/csv.js';
import { isoTime } from '../http/parameters.js';
import { notFound, Problem } from '../http/problem.js';
import { CLOCK, LOGGER } from '../ports.js';
import type { MqttAccessDto } from './device.dto.js';
import type { ImportFaultDto, ImportJobDto } from './device-import.dto.js';
import { DeviceImportService } from './device-import.service.js';

/** Keys of an import can be fetched for this long after it ended, once. They are in memory and nowhere else. */
const KEPT_MS = 15 * 60_000;
/** Imports under way at once, of all callers; the registry has one writer. */
const MAX_RUNNING = 2;
const MAX_KEPT = 20;
/** Faults that an answer lists; their number is told in any case. */
const MAX_LISTED_FAULTS = 1_000;
const SWEEP_MS = 60_000;

interface Job {
  readonly id: string;
  readonly owner: string;
  readonly dryRun: boolean;
  readonly startedAt: number;
  state: ImportJobDto['state'];
  rows: number;
  checked: number;
  valid: number;
  created: number;
  faults: readonly ImportFaultDto[];
  keys: MqttAccessDto[];
  keysState: ImportJobDto['keys'];
  failure: string | null;
  endedAt: number | null;
  /** Monotonic. */
  forgetAt: number;
}

/** Imports that go on after their request was answered. */
@Injectable()
export class ImportJobs implements OnApplicationShutdown {
  private readonly jobs = new Map<string, Job>();
  private readonly sweep: NodeJS.Timeout;

  constructor(
    private readonly imports: DeviceImportService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.sweep = setInterval(() => this.forget(), SWEEP_MS).unref();
  }

  /** @throws Problem `too-many-requests` while as many are under way as may be */
  start(caller: Caller, csv: string, dryRun: boolean): ImportJobDto {
    this.forget();
    const running = [...this.jobs.values()].filter(({ endedAt }) => endedAt === null).length;
    if (running >= MAX_RUNNING)
      throw new Problem('too-many-requests', `${running} imports are under way; wait until one has ended.`, {
        retryAfterSeconds: 5,
      });
    const job: Job = {
      id: randomBytes(9).toString('hex'),
      owner: caller.name,
      dryRun,
      startedAt: this.clock.now(),
      state: 'checking',
      rows: 0,
      checked: 0,
      valid: 0,
      created: 0,
      faults: [],
      keys: [],
      keysState: 'none',
      failure: null,
      endedAt: null,
      forgetAt: Infinity,
    };
    this.jobs.set(job.id, job);
    void this.run(job, caller, csv);
    return viewOf(job);
  }

  /** Only who started an import sees it, because of the keys that come with it. */
  get(caller: Caller, id: string): ImportJobDto {
    return viewOf(this.find(caller, id));
  }

  /** The keys as CSV, once. */
  takeKeys(caller: Caller, id: string): string {
    const job = this.find(caller, id);
    if (job.endedAt === null) throw new Problem('conflict', 'The import is still under way.');
    if (job.keysState !== 'ready')
      throw new Problem(
        'not-found',
        job.keysState === 'taken' ? 'The keys were fetched already.' : 'There are no keys.',
      );
    const { keys } = job;
    job.keys = [];
    job.keysState = 'taken';
    return csvDocument(
      ['clientId', 'username', 'password', 'topic'],
      keys.map(({ clientId, username, password, topic }) => [clientId, username, password, topic]),
    );
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweep);
  }

  private async run(job: Job, caller: Caller, csv: string): Promise<void> {
    try {
      const result = await this.imports.run(caller, csv, job.dryRun, {
        checked: (rows) => {
          job.checked = rows;
        },
        registered: (devices) => {
          job.state = 'registering';
          job.created += devices.length;
          for (const { mqtt } of devices) job.keys.push(mqtt);
        },
      });
      const { rows, valid, faults } = result;
      Object.assign(job, { rows, valid, faults, state: 'done' });
    } catch (error) {
      job.state = 'failed';
      // What a driver says may name hosts and files.
      job.failure =
        error instanceof Problem || (error instanceof LamplighterError && error.code === 'conflict')
          ? error.message
          : 'The platform failed; what was registered until then stays. Import the file again to go on.';
      this.logger.error({ job: job.id, err: error }, 'an import failed');
    } finally {
      job.endedAt = this.clock.now();
      job.forgetAt = this.clock.monotonic() + KEPT_MS;
      if (job.keys.length > 0) job.keysState = 'ready';
    }
  }

  private find(caller: Caller, id: string): Job {
    this.forget();
    const job = this.jobs.get(id);
    if (job === undefined || job.owner !== caller.name) throw notFound('import');
    return job;
  }

  private forget(): void {
    const now = this.clock.monotonic();
    for (const [id, { forgetAt }] of this.jobs) if (forgetAt <= now) this.jobs.delete(id);
    for (const [id, { endedAt }] of this.jobs) {
      if (this.jobs.size <= MAX_KEPT) return;
      if (endedAt !== null) this.jobs.delete(id);
    }
  }
}

function viewOf(job: Job): ImportJobDto {
  const { id, state, dryRun, rows, checked, valid, created, faults, keysState, failure, startedAt, endedAt } = job;
  return {
    id,
    state,
    dryRun,
    rows: endedAt === null ? checked : rows,
    checked,
    valid,
    created,
    faultCount: faults.length,
    faults: faults.slice(0, MAX_LISTED_FAULTS),
    keys: keysState,
    failure,
    startedAt: isoTime(startedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
  };
}

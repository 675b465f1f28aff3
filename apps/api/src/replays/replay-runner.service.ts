import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Clock } from '#core';
import type { Registry, ReplayJob, ReplayJobInTurn } from '#registry';
import type { TelemetryQueries } from '#timeseries';
import type { ApiSettings } from '../environment.js';
import { CLOCK, JOURNAL_COUNTS, LOGGER, REGISTRY, SERVICE_BUS, SETTINGS, TELEMETRY } from '../ports.js';
import type { JournalCounts, ServiceBus } from '../ports.js';
import { Pace } from './pace.js';
import { canBeRetried, pauseAfter, troubleOf } from './replay-trouble.js';
import { LeftAlone, type ReplayParts, ReplayTurn } from './replay-turn.js';

const IDLE_MS = 1_000;
const LEASE_MS = 15_000;

/**
 * Gives jobs their turns. A job goes on after any restart, by whichever process has its lease. What may pass makes a job wait, longer each
 * time, while others go on; what will not pass ends it as failed, until somebody retries it.
 */
@Injectable()
export class ReplayRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly parts: ReplayParts;
  private nudge = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** For a registry that does not answer; the log hears of it once. */
  private isWaiting = false;

  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    @Inject(JOURNAL_COUNTS) journal: JournalCounts,
    @Inject(SERVICE_BUS) bus: ServiceBus,
    @Inject(SETTINGS) { replaysPerSecond, maxPacketBytes }: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    // Each letter that waits for its turn listens.
    setMaxListeners(0, this.stopping.signal);
    const lease = { runner: randomUUID(), leaseMs: LEASE_MS };
    const pace = new Pace(replaysPerSecond);
    const engines = { registry, telemetry, journal, bus };
    this.parts = { ...engines, lease, pace, maxPacketBytes, lettersPerSecond: replaysPerSecond, stopping: this.stopping.signal }; // prettier-ignore
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.nudge.abort();
    await this.running;
  }

  /** There is something new to look at. */
  wake(): void {
    this.nudge.abort();
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const job = await this.registry.replays.take(this.parts.lease);
        this.isWaiting = false;
        if (job !== null) {
          await this.giveTurn(job);
          continue;
        }
      } catch (error) {
        // Of the registry itself: the lease ends, and the job is taken again.
        if (!this.isWaiting) this.logger.warn({ err: error }, 'replays of dead letters have to wait');
        this.isWaiting = true;
      }
      if (this.stopping.signal.aborted) return;
      this.nudge = new AbortController();
      await sleep(IDLE_MS, undefined, { signal: this.nudge.signal }).catch(() => undefined);
    }
  }

  private async giveTurn(taken: ReplayJobInTurn): Promise<void> {
    const { replays } = this.registry;
    const { runner } = this.parts.lease;
    try {
      const finished = await new ReplayTurn(this.parts, taken).run();
      if (finished === null) return await replays.release(taken.id, runner);
      const { id, published, skipped } = finished;
      this.logger.info({ job: id, published, skipped }, 'dead letters were replayed');
    } catch (error) {
      if (error instanceof LeftAlone) await replays.release(taken.id, runner);
      else if (canBeRetried(error)) await this.postpone(taken, error);
      else await this.fail(taken, error);
    }
  }

  private async postpone({ id, attempts: before }: ReplayJob, error: unknown): Promise<void> {
    const attempts = (await this.registry.replays.get(id))?.attempts ?? before;
    const pauseMs = Math.round(pauseAfter(attempts, Math.random));
    this.logger.warn({ job: id, reason: (error as Error).message, pauseMs }, 'a replay of dead letters has to wait');
    const { runner } = this.parts.lease;
    await this.registry.replays.postpone(id, runner, troubleOf(error), this.clock.now() + pauseMs);
  }

  private async fail({ id }: ReplayJob, error: unknown): Promise<void> {
    this.logger.error({ job: id, err: error }, 'a replay of dead letters failed');
    const outcomes = await this.telemetry.replayOutcomes(id).catch(() => null);
    await this.registry.replays.fail(id, this.parts.lease.runner, troubleOf(error), outcomes);
  }
}

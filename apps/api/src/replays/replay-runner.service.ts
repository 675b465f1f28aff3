import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { encodeReplay, LamplighterError, replayedLetter, replayTopic, whyNotReplayable } from '#core';
import type { Registry, ReplayJob } from '#registry';
import type { DeadLetterFilter, StoredDeadLetter, TelemetryQueries } from '#timeseries';
import type { ApiSettings } from '../environment.js';
import { INGEST_CONSUMER } from '../ledger/ledger.service.js';
import { JOURNAL_COUNTS, LOGGER, REGISTRY, SERVICE_BUS, SETTINGS, TELEMETRY } from '../ports.js';
import type { JournalCounts, ServiceBus } from '../ports.js';
import { Pace } from './pace.js';

const PAGE = 100;
/** Messages that wait for their PUBACK at the same time. */
const PARALLEL = 20;
const IDLE_MS = 1_000;
const PAUSE_MS = 200;
const LEASE_MS = 15_000;
/** Live messages come first: while more than this wait for ingest, nothing is replayed. */
const MAX_BACKLOG = 20_000;
/** What the topic and the header of an MQTT packet take at most. */
const PACKET_OVERHEAD = 1_024;

/** Ends the work on a job: the process stops, or another one has the job now. */
class LeftAlone extends Error {}

/**
 * Sends the letters of one job after the other, oldest letter first. A page is sent again when it is not certain that all of it is in
 * the journal: ingest replays a letter once for a job. So a job goes on after any restart, by whichever process has its lease.
 */
@Injectable()
export class ReplayRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly lease = { runner: randomUUID(), leaseMs: LEASE_MS };
  private readonly stopping = new AbortController();
  private nudge = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private readonly pace: Pace;

  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    @Inject(JOURNAL_COUNTS) private readonly journal: JournalCounts,
    @Inject(SERVICE_BUS) private readonly bus: ServiceBus,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.pace = new Pace(settings.replaysPerSecond);
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
        const job = await this.registry.replays.take(this.lease);
        if (job !== null) {
          await this.work(job).catch((error: unknown) => this.leave(job, error));
          continue;
        }
      } catch (error) {
        if (!(error instanceof LeftAlone)) this.logger.warn({ err: error }, 'a replay of dead letters has to wait');
      }
      if (this.stopping.signal.aborted) return;
      this.nudge = new AbortController();
      await sleep(IDLE_MS, undefined, { signal: this.nudge.signal }).catch(() => undefined);
    }
  }

  /** A process that stops gives the job to the next one at once. */
  private async leave({ id }: ReplayJob, error: unknown): Promise<never> {
    const job = this.stopping.signal.aborted ? await this.registry.replays.get(id) : null;
    if (job !== null) await this.registry.replays.advance(id, { ...this.lease, leaseMs: 0 }, job);
    throw error;
  }

  private async work(taken: ReplayJob): Promise<void> {
    let job = taken;
    // Letters of messages that were journalled before the job are in the store from here on.
    if (job.cursor === null) await this.settled(job, job.beforeSequence);
    while (!job.cancelRequested) {
      await this.letLiveMessagesPass(job);
      const filter = { ...job.filter, departments: job.departments, beforeSequence: job.beforeSequence };
      const page = await this.telemetry.deadLetters({
        ...(filter as DeadLetterFilter),
        open: true,
        oldestFirst: true,
        limit: PAGE,
        ...(job.cursor === null ? {} : { cursor: job.cursor }),
      });
      const sent = await this.send(job, page.deadLetters);
      const skipped = job.skipped + page.deadLetters.length - sent;
      job = await this.advance(job, { published: job.published + sent, skipped, cursor: page.next ?? job.cursor });
      if (page.next === null) break;
    }
    await this.settled(job, await this.journal.nextSequence());
    await this.registry.replays.finish(job.id, this.lease.runner, await this.telemetry.replayOutcomes(job.id));
    this.logger.info({ job: job.id, published: job.published, skipped: job.skipped }, 'dead letters were replayed');
  }

  /** Resolves when all of the page that can be replayed is in the journal; answers how many that are. */
  private async send(job: ReplayJob, letters: readonly StoredDeadLetter[]): Promise<number> {
    const messages = letters.flatMap((letter) => {
      if (whyNotReplayable(letter) !== null) return [];
      const message = { topic: replayTopic(letter.source), payload: encodeReplay(replayedLetter(letter, job.id)) };
      return message.payload.length > this.settings.maxPacketBytes - PACKET_OVERHEAD ? [] : [message];
    });
    const next = messages.values();
    const worker = async (): Promise<void> => {
      for (const { topic, payload } of next) {
        await this.pace.turn(this.stopping.signal);
        await this.publish(job, topic, payload);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return messages.length;
  }

  private async publish(job: ReplayJob, topic: string, payload: Uint8Array): Promise<void> {
    for (;;) {
      if (this.stopping.signal.aborted) throw new LeftAlone();
      try {
        return await this.bus.publish(topic, payload);
      } catch (error) {
        if (!(error instanceof LamplighterError) || !error.retryable) throw error;
        await this.pause(job, IDLE_MS);
      }
    }
  }

  private async letLiveMessagesPass(job: ReplayJob): Promise<void> {
    while ((await this.backlog()) > MAX_BACKLOG) await this.pause(job, PAUSE_MS);
  }

  private async backlog(): Promise<number> {
    return (await this.journal.nextSequence()) - (await this.position());
  }

  /** Resolves when everything before the sequence is in the store. */
  private async settled(job: ReplayJob, sequence: number): Promise<void> {
    while ((await this.position()) < sequence) await this.pause(job, PAUSE_MS);
  }

  private async position(): Promise<number> {
    return (await this.telemetry.position(INGEST_CONSUMER))?.nextSequence ?? 0;
  }

  private async pause(job: ReplayJob, ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    if (this.stopping.signal.aborted) throw new LeftAlone();
    await this.advance(job, job);
  }

  private async advance(
    job: ReplayJob,
    progress: Pick<ReplayJob, 'published' | 'skipped' | 'cursor'>,
  ): Promise<ReplayJob> {
    const after = await this.registry.replays.advance(job.id, this.lease, progress);
    if (after === null) throw new LeftAlone();
    return after;
  }
}

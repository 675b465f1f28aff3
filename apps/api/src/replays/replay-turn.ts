import { setTimeout as sleep } from 'node:timers/promises';
import { encodeReplay, replayedLetter, replayTopic, whyNotReplayable } from '#core';
import type { Registry, ReplayJob, ReplayJobInTurn, ReplayLease } from '#registry';
import { INGEST_CONSUMER } from '#timeseries';
import type { DeadLetterFilter, StoredDeadLetter, TelemetryQueries } from '#timeseries';
import type { JournalCounts, ServiceBus } from '../ports.js';
import type { Pace } from './pace.js';

const PAGE = 100;
/** Messages that wait for their PUBACK at the same time. */
const PARALLEL = 20;
const PAUSE_MS = 200;
/** After so long, and at the end of a page, a job of other departments has the turn. */
const TURN_MS = 5_000;
/** Live messages come first: while more than this wait for ingest, nothing is replayed. */
const MAX_BACKLOG = 20_000;
/** What the topic and the header of an MQTT packet take at most. */
const PACKET_OVERHEAD = 1_024;

/** Ends the work on a job: the process stops, or another one has the job now. */
export class LeftAlone extends Error {}

export interface ReplayParts {
  readonly registry: Registry;
  readonly telemetry: TelemetryQueries;
  readonly journal: JournalCounts;
  readonly bus: ServiceBus;
  readonly lease: ReplayLease;
  readonly pace: Pace;
  readonly maxPacketBytes: number;
  /** Letters of a page: no more than are sent in a turn. */
  readonly lettersPerSecond: number;
  readonly stopping: AbortSignal;
}

/**
 * One turn of a job. It sends letters a page at a time, oldest first, and notes where it is after each page. A page is sent again when it is
 * not certain that all of it is in the journal: ingest replays a letter once for a job.
 */
export class ReplayTurn {
  private job: ReplayJob;
  private readonly continues: boolean;
  private readonly endsAt: number;
  private renewedAt = performance.now();

  constructor(
    private readonly parts: ReplayParts,
    taken: ReplayJobInTurn,
  ) {
    this.job = taken;
    this.continues = taken.continues;
    this.endsAt = performance.now() + TURN_MS;
  }

  /**
   * Resolves when the job is finished, with how it is then, or when its turn is over, with null.
   * @throws LeftAlone, and whatever the store, the journal, the bus or the registry throws
   */
  async run(): Promise<ReplayJob | null> {
    const { journal, registry, telemetry, lease } = this.parts;
    // From here on the letters of messages that came before the job are in the store, and so is what other jobs made of theirs meanwhile:
    // two jobs do not send the same letter.
    await this.settled(this.continues ? this.job.beforeSequence : await journal.nextSequence());
    while (!this.job.cancelRequested && this.job.settleBefore === null) {
      if (performance.now() > this.endsAt) return null;
      await this.letLiveMessagesPass();
      await this.sendPage();
    }
    await this.settled(this.job.settleBefore ?? (await journal.nextSequence()));
    await registry.replays.finish(this.job.id, lease.runner, await telemetry.replayOutcomes(this.job.id));
    return this.job;
  }

  private async sendPage(): Promise<void> {
    const { telemetry, journal, lettersPerSecond } = this.parts;
    const { filter, departments, beforeSequence, cursor, published, skipped } = this.job;
    const page = await telemetry.deadLetters({
      ...({ ...filter, departments, beforeSequence } as DeadLetterFilter),
      open: true,
      oldestFirst: true,
      limit: Math.min(PAGE, Math.ceil((lettersPerSecond * TURN_MS) / 1_000)),
      ...(cursor === null ? {} : { cursor }),
    });
    const sent = await this.send(page.deadLetters);
    await this.advance({
      published: published + sent,
      skipped: skipped + page.deadLetters.length - sent,
      cursor: page.next ?? cursor,
      settleBefore: page.next === null ? await journal.nextSequence() : null,
    });
  }

  /** Resolves when all of the page that can be replayed is in the journal; answers how many that are. */
  private async send(letters: readonly StoredDeadLetter[]): Promise<number> {
    const messages = letters.flatMap((letter) => {
      if (whyNotReplayable(letter) !== null) return [];
      const message = { topic: replayTopic(letter.source), payload: encodeReplay(replayedLetter(letter, this.job.id)) };
      return message.payload.length > this.parts.maxPacketBytes - PACKET_OVERHEAD ? [] : [message];
    });
    const next = messages.values();
    const failures: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (const { topic, payload } of next) {
        // What one has met, the others would: nothing more of the page is sent, and nothing is on its way when the turn ends.
        if (failures.length > 0) return;
        await this.publish(topic, payload).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    if (failures.length > 0) throw failures[0];
    return messages.length;
  }

  private async publish(topic: string, payload: Uint8Array): Promise<void> {
    await this.parts.pace.turn(this.parts.stopping);
    await this.keep();
    await this.parts.bus.publish(topic, payload);
  }

  private async letLiveMessagesPass(): Promise<void> {
    while ((await this.parts.journal.nextSequence()) - (await this.position()) > MAX_BACKLOG) await this.pause();
  }

  /** Resolves when everything before the sequence is in the store. */
  private async settled(sequence: number): Promise<void> {
    while ((await this.position()) < sequence) await this.pause();
  }

  private async position(): Promise<number> {
    return (await this.parts.telemetry.position(INGEST_CONSUMER))?.nextSequence ?? 0;
  }

  private async pause(): Promise<void> {
    await sleep(PAUSE_MS, undefined, { signal: this.parts.stopping }).catch(() => undefined);
    await this.keep();
  }

  /** Keeps the lease while the job does not come forward. */
  private async keep(): Promise<void> {
    if (this.parts.stopping.aborted) throw new LeftAlone();
    if (performance.now() - this.renewedAt < this.parts.lease.leaseMs / 5) return;
    this.renewedAt = performance.now();
    this.take(await this.parts.registry.replays.renew(this.job.id, this.parts.lease));
  }

  private async advance(progress: Parameters<Registry['replays']['advance']>[2]): Promise<void> {
    this.take(await this.parts.registry.replays.advance(this.job.id, this.parts.lease, progress));
    this.renewedAt = performance.now();
  }

  private take(job: ReplayJob | null): void {
    if (job === null) throw new LeftAlone();
    this.job = job;
  }
}

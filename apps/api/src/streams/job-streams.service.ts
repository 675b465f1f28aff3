import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Caller } from '../auth/caller.js';
import { Problem } from '../http/problem.js';
import { LOGGER } from '../ports.js';
import { RETRY_MS } from './documented-stream.js';
import type { EventStream, StreamEvent } from './event-stream.js';
import { badEventId } from './event-id.js';
import { StreamRegistry } from './stream-registry.service.js';

/** A person who watches a job does not notice this delay. */
const LOOK_EVERY_MS = 400;

/** A job as a client sees it. */
export interface WatchedJob<V> {
  /** The same for everybody who watches it: they share the looks. */
  readonly key: string;
  /** How far it is. Not asked for whom: who may see it was found out before. */
  look(): Promise<V>;
  hasEnded(view: V): boolean;
}

export interface StreamRequest {
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly lastEventId: string | undefined;
}

/**
 * Streams how far a job is: an event `progress` for each change that is seen, the first one at once, the last one with the end of the job. The
 * id of an event names what it says, so it means the same to every process of the API and after a restart.
 */
@Injectable()
export class JobStreams {
  private readonly looks = new Map<string, Promise<unknown>>();

  constructor(
    private readonly streams: StreamRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws Problem `bad-request` for an id that no event has, and whatever the first look throws */
  async serve<V>({ caller, request, reply, lastEventId = '' }: StreamRequest, job: WatchedJob<V>): Promise<void> {
    if (lastEventId !== '' && !/^[0-9a-f]{16}$/.test(lastEventId)) throw badEventId();
    const first = await job.look();
    if (job.hasEnded(first) && eventOf(first).id === lastEventId) {
      void reply.status(204).send();
      return;
    }
    const stream = this.streams.open(caller, request, reply);
    stream.start(RETRY_MS);
    void this.follow(stream, job, first, lastEventId);
  }

  private async follow<V>(stream: EventStream, job: WatchedJob<V>, first: V, lastEventId: string): Promise<void> {
    const gone = new AbortController();
    stream.whenClosed(() => gone.abort());
    let sent = lastEventId;
    for (let view: V | null = first; stream.isOpen; view = await this.nextLook(stream, job)) {
      if (view !== null) {
        const event = eventOf(view);
        if (event.id !== sent) stream.send(event);
        sent = event.id;
        if (job.hasEnded(view)) return stream.end();
      }
      await stream.drained();
      await sleep(LOOK_EVERY_MS, undefined, { signal: gone.signal }).catch(() => undefined);
    }
  }

  /** Null when there is nothing to be seen for now: the registry or the store may be away for a moment. */
  private async nextLook<V>(stream: EventStream, job: WatchedJob<V>): Promise<V | null> {
    if (!stream.isOpen) return null;
    try {
      return await this.sharedLook(job);
    } catch (error) {
      // A job that is forgotten has nothing more to tell.
      if (error instanceof Problem) stream.end();
      else this.logger.warn({ err: error, job: job.key }, 'the progress of a job cannot be read');
      return null;
    }
  }

  /** A wall of screens that watches one job costs what one screen costs. */
  private sharedLook<V>({ key, look }: WatchedJob<V>): Promise<V> {
    const known = this.looks.get(key);
    if (known !== undefined) return known as Promise<V>;
    const asked = look();
    this.looks.set(key, asked);
    const forget = (): void => void this.looks.delete(key);
    asked.then(() => setTimeout(forget, LOOK_EVERY_MS / 2).unref(), forget);
    return asked;
  }
}

function eventOf(view: unknown): StreamEvent {
  const data = JSON.stringify(view);
  return { id: createHash('sha256').update(data).digest('hex').slice(0, 16), event: 'progress', data };
}

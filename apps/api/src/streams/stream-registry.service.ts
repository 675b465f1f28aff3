import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthenticationService } from '../auth/authentication.service.js';
import type { Caller } from '../auth/caller.js';
import { Problem } from '../http/problem.js';
import { STREAM_LIMITS } from './stream-limits.js';
import type { StreamLimits } from './stream-limits.js';
import { EventStream } from './event-stream.js';

/** All open streams: caps them, keeps them alive, ends them when the caller may no longer listen (THREATS 36). */
@Injectable()
export class StreamRegistry implements OnApplicationShutdown {
  private readonly streams = new Map<EventStream, { readonly caller: Caller; readonly request: FastifyRequest }>();
  private readonly perCaller = new Map<string, number>();
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly authentication: AuthenticationService,
    @Inject(STREAM_LIMITS) private readonly limits: StreamLimits,
  ) {}

  get size(): number {
    return this.streams.size;
  }

  /** @throws Problem `too-many-requests` when the caller, or everybody together, has too many */
  open(caller: Caller, request: FastifyRequest, reply: FastifyReply): EventStream {
    const own = this.perCaller.get(caller.name) ?? 0;
    if (own >= this.limits.perCaller || this.streams.size >= this.limits.total) {
      throw new Problem('too-many-requests', 'Too many event streams are open; close one.', { retryAfterSeconds: 10 });
    }
    const stream = new EventStream(reply);
    this.streams.set(stream, { caller, request });
    this.perCaller.set(caller.name, own + 1);
    this.heartbeat ??= setInterval(() => this.beat(), this.limits.heartbeatMs);
    stream.whenClosed(() => this.forget(stream, caller));
    return stream;
  }

  onApplicationShutdown(): void {
    for (const stream of this.streams.keys()) stream.end();
  }

  private beat(): void {
    for (const [stream, { caller, request }] of this.streams) {
      stream.heartbeat();
      void this.endWhenRevoked(stream, caller, request);
    }
  }

  /** A key that was revoked, or whose role or departments changed, is seen here within one heartbeat. */
  private async endWhenRevoked(stream: EventStream, caller: Caller, request: FastifyRequest): Promise<void> {
    try {
      const now = await this.authentication.callerOf(request);
      if (now?.role !== caller.role || JSON.stringify(now.departments) !== JSON.stringify(caller.departments))
        stream.end();
    } catch (error) {
      // The registry may be away for a moment; only an answer ends a stream.
      if (error instanceof Problem) stream.end();
    }
  }

  private forget(stream: EventStream, caller: Caller): void {
    if (!this.streams.delete(stream)) return;
    const left = (this.perCaller.get(caller.name) ?? 1) - 1;
    if (left > 0) this.perCaller.set(caller.name, left);
    else this.perCaller.delete(caller.name);
    if (this.streams.size > 0) return;
    clearInterval(this.heartbeat);
    this.heartbeat = undefined;
  }
}

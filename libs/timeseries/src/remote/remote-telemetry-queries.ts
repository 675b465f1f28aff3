import { setTimeout as sleep } from 'node:timers/promises';
import { ClientTCP } from '@nestjs/microservices';
import { firstValueFrom, timeout, TimeoutError } from 'rxjs';
import { LamplighterError } from '#core';
import type {
  AggregateQuery,
  AggregateRow,
  CompletenessFacts,
  CompletenessQuery,
  DeadLetterGroup,
  DeadLetterGroupQuery,
  DeadLetterPage,
  DeadLetterQuery,
  HistoryPage,
  HistoryQuery,
  LatestQuery,
  LatestReading,
  OutcomeCount,
  OutcomeQuery,
  ReplayOutcomes,
  StorePosition,
  StoreStatistics,
  TelemetryQueries,
} from '../telemetry-store.js';
import { FrameSocket } from './frame-socket.js';
import { type Answer, toError, unpack } from './wire.js';

export interface RemoteOptions {
  /** How long a call tries to reach a server that is down before it fails with `store-unavailable`. Default 2,000. */
  readonly patienceMs?: number;
  /** How long an answer may take. Default 60,000. */
  readonly timeoutMs?: number;
}

const RETRY_EVERY_MS = 100;

/**
 * Queries answered by the process that owns the store. Connects by itself, also after the server was restarted. Errors keep their
 * codes; a server that is down is `store-unavailable`, retryable. Queries change nothing, so one that was cut off is asked again.
 */
export class RemoteTelemetryQueries implements TelemetryQueries {
  private closed = false;

  private constructor(
    private readonly client: QueryClient,
    private readonly options: Required<RemoteOptions>,
  ) {}

  /** Resolves also while the server is down. */
  static async connect(socketPath: string, options: RemoteOptions = {}): Promise<RemoteTelemetryQueries> {
    const client = new QueryClient(socketPath);
    await client.connect().catch(() => undefined);
    return new RemoteTelemetryQueries(client, { patienceMs: 2_000, timeoutMs: 60_000, ...options });
  }

  history(query: HistoryQuery): Promise<HistoryPage> {
    return this.call('history', query);
  }

  aggregate(query: AggregateQuery): Promise<AggregateRow[]> {
    return this.call('aggregate', query);
  }

  latest(query: LatestQuery): Promise<LatestReading[]> {
    return this.call('latest', query);
  }

  completeness(query: CompletenessQuery): Promise<CompletenessFacts> {
    return this.call('completeness', query);
  }

  deadLetters(query: DeadLetterQuery): Promise<DeadLetterPage> {
    return this.call('deadLetters', query);
  }

  deadLetterGroups(query: DeadLetterGroupQuery): Promise<DeadLetterGroup[]> {
    return this.call('deadLetterGroups', query);
  }

  replayOutcomes(job: string): Promise<ReplayOutcomes> {
    return this.call('replayOutcomes', job);
  }

  outcomes(query: OutcomeQuery): Promise<OutcomeCount[]> {
    return this.call('outcomes', query);
  }

  statistics(): Promise<StoreStatistics> {
    return this.call('statistics');
  }

  position(consumer: string): Promise<StorePosition | null> {
    return this.call('position', consumer);
  }

  ping(): Promise<void> {
    return this.call('ping');
  }

  /** Calls under way fail with `store-unavailable`. */
  async close(): Promise<void> {
    this.closed = true;
    this.client.close();
  }

  private async call<T>(method: keyof TelemetryQueries, ...args: unknown[]): Promise<T> {
    let giveUpAt = performance.now() + this.options.patienceMs;
    let cutOff = false;
    for (;;) {
      if (this.closed) throw new LamplighterError('store-unavailable', 'The connection to the store is closed.');
      const sent = performance.now();
      const answer = await this.ask(method, args);
      if (!(answer instanceof Error)) {
        if (!answer.ok) throw toError(answer);
        return unpack(method, answer.result) as T;
      }
      const now = performance.now();
      // A call that was cut off under way gets fresh patience, but once: a query that kills the server must not do it for ever.
      if (!cutOff && now - sent > RETRY_EVERY_MS) {
        cutOff = true;
        giveUpAt = now + this.options.patienceMs;
      }
      if (answer instanceof TimeoutError || now > giveUpAt) {
        throw new LamplighterError('store-unavailable', `The store does not answer: ${answer.message}`, {
          cause: answer,
          retryable: true,
        });
      }
      await sleep(RETRY_EVERY_MS);
    }
  }

  /** The answer, or what came between. */
  private async ask(method: string, args: readonly unknown[]): Promise<Answer | Error> {
    try {
      return await firstValueFrom(this.client.send<Answer>(method, args).pipe(timeout(this.options.timeoutMs)));
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

class QueryClient extends ClientTCP {
  constructor(socketPath: string) {
    // Node takes a text for the path of a socket; Nest's type does not say so.
    super({ port: socketPath as unknown as number, socketClass: FrameSocket });
  }

  /** Nest logs connection errors here; the call that meets one reports it. */
  override handleError(): void {}
}

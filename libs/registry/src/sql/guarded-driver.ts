import { setTimeout as sleep } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from 'kysely';
import { LamplighterError } from '#core';

/** How long a statement waits for other processes to end their transactions. Ours take milliseconds; a bulk import seconds. */
const BUSY_DEADLINE_MS = 15_000;
const BUSY_RETRY_MS = 5;

export interface DriverTraits {
  /** Whether repeating the statement cannot help (a constraint, a syntax error): such a failure is not marked retryable. */
  isPermanent(error: unknown): boolean;
  /** Whether the statement had no effect because another transaction is under way: it is repeated for a while. */
  isBusy(error: unknown): boolean;
}

/**
 * Stands between Kysely and a driver: what goes in is made safe to bind, waiting for a lock leaves the event loop free, and
 * what goes wrong comes out as `registry-unavailable`.
 */
export class GuardedDriver implements Driver {
  private readonly connections = new WeakMap<DatabaseConnection, GuardedConnection>();

  constructor(
    private readonly driver: Driver,
    private readonly traits: DriverTraits,
  ) {}

  async init(): Promise<void> {
    await this.guard(() => this.driver.init());
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const inner = await this.guard(() => this.driver.acquireConnection());
    let connection = this.connections.get(inner);
    if (connection === undefined) {
      connection = new GuardedConnection(inner, (action) => this.guard(action));
      this.connections.set(inner, connection);
    }
    return connection;
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return this.guard(() => this.driver.beginTransaction((connection as GuardedConnection).inner, settings));
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.guard(() => this.driver.commitTransaction((connection as GuardedConnection).inner));
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return this.guard(() => this.driver.rollbackTransaction((connection as GuardedConnection).inner));
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.driver.releaseConnection((connection as GuardedConnection).inner);
  }

  destroy(): Promise<void> {
    return this.driver.destroy();
  }

  private async guard<T>(action: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + BUSY_DEADLINE_MS;
    for (;;) {
      try {
        return await action();
      } catch (cause) {
        if (this.traits.isBusy(cause) && performance.now() < deadline) {
          await sleep(Math.ceil(Math.random() * BUSY_RETRY_MS));
          continue;
        }
        if (cause instanceof LamplighterError) throw cause;
        const message = `The registry failed: ${(cause as Error).message}`;
        throw new LamplighterError('registry-unavailable', message, {
          cause,
          retryable: !this.traits.isPermanent(cause),
        });
      }
    }
  }
}

class GuardedConnection implements DatabaseConnection {
  constructor(
    readonly inner: DatabaseConnection,
    private readonly guard: <T>(action: () => Promise<T>) => Promise<T>,
  ) {}

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.guard(async () => this.inner.executeQuery<R>({ ...query, parameters: query.parameters.map(bindable) }));
  }

  streamQuery<R>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>({ ...query, parameters: query.parameters.map(bindable) }, chunkSize);
  }
}

/**
 * libsql cuts text at U+0000, so that 'admin\0x' would find the account 'admin', and aborts the process on a boolean;
 * PostgreSQL refuses U+0000. Neither may depend on what a caller sends (THREATS 31).
 */
function bindable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\u0000') ? value.replaceAll('\u0000', '\uFFFD') : value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (Array.isArray(value)) return value.map(bindable);
  return value === undefined ? null : value;
}

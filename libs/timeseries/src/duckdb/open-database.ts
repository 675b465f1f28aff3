import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { LamplighterError } from '#core';

/** What opening had to put aside. The rows are gone from the store; what the journal still keeps comes back by replay. */
export interface Recovery {
  /**
   * 'wal': the last commits before the last checkpoint are lost. 'file': everything is lost, the store starts empty; messages that the
   * journal has trimmed exist only in the quarantined files.
   */
  readonly damaged: 'wal' | 'file';
  readonly quarantined: readonly string[];
  readonly reason: string;
}

export interface DatabaseOptions {
  readonly path: string;
  /** DuckDB's syntax, such as '512MB'. */
  readonly memoryLimit: string;
  readonly threads: number;
  /** Size of the write-ahead log that makes a commit fold it into the file. */
  readonly checkpointAt: string;
  readonly onRecovery: (recovery: Recovery) => void;
}

/** Messages of a damaged file, as against a full disk or a missing permission, which must never lead to quarantine. */
const DAMAGE =
  /corrupt|checksum|not a valid duckdb database file|magic bytes|replaying wal|serializ|wal file|INTERNAL Error/i;

/**
 * Opens the file, or what can be saved of it: a damaged write-ahead log is put aside first, then the file itself.
 *
 * @throws LamplighterError `data-directory-in-use`, `store-unavailable` (retryable)
 */
export async function openDatabase(options: DatabaseOptions): Promise<DuckDBInstance> {
  mkdirSync(dirname(options.path), { recursive: true });
  const wal = `${options.path}.wal`;
  for (const damaged of ['wal', 'file', null] as const) {
    try {
      return await openOnce(options);
    } catch (error) {
      const reason = (error as Error).message;
      if (damaged === null || !DAMAGE.test(reason) || /could not set lock/i.test(reason))
        throw openingFault(options.path, error as Error);
      if (damaged === 'wal' && !existsSync(wal)) continue;
      options.onRecovery({ damaged, reason, quarantined: quarantine(damaged === 'wal' ? [wal] : [options.path, wal]) });
    }
  }
  throw new LamplighterError('store-unavailable', `${options.path} could not be opened.`);
}

async function openOnce(options: DatabaseOptions): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(options.path, {
    memory_limit: options.memoryLimit,
    threads: String(options.threads),
    checkpoint_threshold: options.checkpointAt,
    // THREATS 31: no SQL text reaches the engine from outside, and if any did, it could read no file and change no setting.
    enable_external_access: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
  });
  try {
    const connection = await instance.connect();
    await connection.run('SET lock_configuration = true');
    connection.disconnectSync();
    return instance;
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

function quarantine(files: readonly string[]): string[] {
  const suffix = `.corrupt-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  const present = files.filter((file) => existsSync(file));
  for (const file of present) renameSync(file, file + suffix);
  return present.map((file) => file + suffix);
}

function openingFault(path: string, cause: Error): LamplighterError {
  if (/could not set lock|already open|conflicting lock/i.test(cause.message)) {
    return new LamplighterError('data-directory-in-use', `Another process has ${path} open.`, { cause });
  }
  return new LamplighterError('store-unavailable', `${path} cannot be opened: ${cause.message}`, {
    cause,
    retryable: true,
  });
}

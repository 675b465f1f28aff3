import type { Logger } from 'pino';
import { type Health, Repeater } from '#service';
import type { DeviceDirectory } from './device-directory.js';

const REFRESH_MS = 1_000;

/** Follows the registry's change log once a second. A registry that is down is noticed and waited for; known devices go on. */
export class DirectoryRefresh {
  private readonly repeater: Repeater;

  constructor(
    private readonly directory: DeviceDirectory,
    private readonly health: Health,
    private readonly logger: Logger,
  ) {
    this.repeater = new Repeater(
      REFRESH_MS,
      () => this.refresh(),
      (error) => this.noteFailure(error),
    );
  }

  start(): void {
    this.repeater.start();
  }

  /** Resolves when a refresh that is under way has ended. */
  stop(): Promise<void> {
    return this.repeater.stop();
  }

  private async refresh(): Promise<void> {
    await this.directory.refresh();
    if (this.health.recovered('registry changes')) this.logger.info('changes of the registry are read again');
  }

  private noteFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.health.troubled('registry changes', reason))
      this.logger.warn({ reason }, 'changes of the registry could not be read; trying again every second');
  }
}

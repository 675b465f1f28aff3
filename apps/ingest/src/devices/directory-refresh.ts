import type { Logger } from 'pino';
import type { Health } from '../health.js';
import type { DeviceDirectory } from './device-directory.js';

const REFRESH_MS = 1_000;

/** Follows the registry's change log once a second. A registry that is down is noticed and waited for; known devices go on. */
export class DirectoryRefresh {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: DeviceDirectory,
    private readonly health: Health,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.refresh().finally(() => {
        if (this.timer !== null) this.start();
      });
    }, REFRESH_MS);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.running;
  }

  private async refresh(): Promise<void> {
    try {
      await this.directory.refresh();
      this.health.recovered('registry changes');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.health.troubled('registry changes', reason);
      this.logger.warn({ reason }, 'changes of the registry could not be read');
    }
  }
}

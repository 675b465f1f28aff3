import type { Logger } from 'pino';
import { type DeadLetter, parseNetworkTopic } from '#core';
import type { DeviceStateChange, Registry } from '#registry';

const WRITE_EVERY_MS = 3_000;

/**
 * When each network server last brought a message, of a registered device or not, for the list of them. A hint like the sightings: written every few
 * seconds, one row a server, and it never holds up the path.
 */
export class ServersHeard {
  private pending = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: Pick<Registry, 'networkServers'>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.writing = this.writing.then(() => this.write());
    }, WRITE_EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.writing;
    await this.write();
  }

  noteStates(states: readonly DeviceStateChange[]): void {
    for (const { network } of states) if (network !== undefined) this.add(network.source, network.at);
  }

  noteLetters(letters: readonly DeadLetter[]): void {
    for (const { source, topic, receivedAt } of letters)
      if (parseNetworkTopic(topic) !== null) this.add(source, receivedAt);
  }

  private add(source: string, at: number): void {
    this.pending.set(source, Math.max(at, this.pending.get(source) ?? at));
  }

  /** What a registry that is down does not take comes with the next ones. */
  private async write(): Promise<void> {
    if (this.pending.size === 0) return;
    const batch = this.pending;
    this.pending = new Map();
    try {
      await this.registry.networkServers.heard(batch);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn({ reason }, 'when network servers were heard could not be written');
      for (const [source, at] of batch) this.add(source, at);
    }
  }
}

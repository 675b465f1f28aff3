import type { Logger } from 'pino';
import { type DeadLetter, parseNetworkTopic } from '#core';
import type { DeviceStateChange, Registry } from '#registry';
import { Repeater } from '#service';

const WRITE_EVERY_MS = 3_000;

/**
 * When each network server last brought a message, of a registered device or not, for the list of them. A hint like the sightings: written every few
 * seconds, one row a server, and it never holds up the path.
 */
export class ServersHeard {
  private pending = new Map<string, number>();
  private readonly repeater: Repeater;

  constructor(
    private readonly registry: Pick<Registry, 'networkServers'>,
    private readonly logger: Logger,
  ) {
    this.repeater = new Repeater(WRITE_EVERY_MS, () => this.write(), (error) => this.failed(error)); // prettier-ignore
  }

  start(): void {
    this.repeater.start();
  }

  async stop(): Promise<void> {
    await this.repeater.stop();
    await this.write().catch((error: unknown) => this.failed(error));
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
      for (const [source, at] of batch) this.add(source, at);
      throw error;
    }
  }

  private failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.warn({ reason }, 'when network servers were heard could not be written');
  }
}

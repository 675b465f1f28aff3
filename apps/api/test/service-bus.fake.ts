import { LamplighterError, STATUS_STALE_MS } from '#core';
import type { QuotaAnswer, ServiceStatus } from '#core';
import type { ServiceBus } from '../src/ports.js';

/** Stands in for the broker: keeps what is published, and answers as it is told. */
export class FakeServiceBus implements ServiceBus {
  readonly published: { topic: string; payload: Buffer }[] = [];
  private readonly known = new Map<string, ServiceStatus>();
  connected = true;
  /** What the other services say that a device has used. */
  quotaAnswers: QuotaAnswer[] = [];

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    if (!this.connected)
      throw new LamplighterError('journal-unwritable', 'broker at 10.0.0.7 refused', { retryable: true });
    this.published.push({ topic, payload: Buffer.from(payload) });
  }

  async askQuota(): Promise<readonly QuotaAnswer[]> {
    return this.quotaAnswers;
  }

  brokerHasLooked(): Promise<void> {
    return Promise.resolve();
  }

  isConnected(): boolean {
    return this.connected;
  }

  statuses(): ReadonlyMap<string, ServiceStatus> {
    return this.known;
  }

  hear(service: string, state: ServiceStatus['state'] = 'up', change: Partial<ServiceStatus> = {}): void {
    this.known.set(service, { service, state, pid: 1, startedAt: 0, at: Date.now(), metrics: {}, ...change });
  }

  silence(service: string): void {
    this.hear(service, 'up', { at: Date.now() - STATUS_STALE_MS - 1 });
  }

  async close(): Promise<void> {}
}

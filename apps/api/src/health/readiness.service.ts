import { Inject, Injectable } from '@nestjs/common';
import { STATUS_STALE_MS } from '#core';
import type { Clock } from '#core';
import type { Registry } from '#registry';
import { within } from '#service';
import type { TelemetryQueries } from '#timeseries';
import { CLOCK, REGISTRY, SERVICE_BUS, TELEMETRY } from '../ports.js';
import type { ServiceBus } from '../ports.js';

const PING_TIMEOUT_MS = 3_000;

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Why not, for people. */
  readonly detail?: string;
}

/** Whether a PUBLISH that came now would be acknowledged and stored. */
@Injectable()
export class ReadinessService {
  /** Questions under way: one at a time, so that those who ask meanwhile do not pile up before a database that does not answer. */
  private readonly asking = new Map<string, Promise<void>>();

  constructor(
    @Inject(SERVICE_BUS) private readonly bus: ServiceBus,
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async checks(): Promise<Check[]> {
    const pings = [
      this.answers('registry', 'The registry does not answer.', () => this.registry.ping()),
      this.answers('store', 'The time-series store does not answer.', () => this.telemetry.ping()),
    ];
    return [this.broker(), this.service('ingest'), ...(await Promise.all(pings))];
  }

  /** A broker that is gone is seen by the connection at once, by its status only when that is stale. */
  private broker(): Check {
    if (this.bus.isConnected()) return this.service('broker');
    return { name: 'broker', ok: false, detail: 'The broker takes no connections.' };
  }

  private service(name: string): Check {
    const status = this.bus.statuses().get(name);
    if (status === undefined) return { name, ok: false, detail: `The ${name} has not said how it is.` };
    const ageMs = this.clock.now() - status.at;
    if (ageMs > STATUS_STALE_MS)
      return { name, ok: false, detail: `The ${name} was last heard of ${Math.round(ageMs / 1000)} s ago.` };
    if (status.state !== 'up') return { name, ok: false, detail: status.reason ?? `The ${name} is ${status.state}.` };
    return { name, ok: true };
  }

  private async answers(name: string, detail: string, ping: () => Promise<void>): Promise<Check> {
    const ok = await within(PING_TIMEOUT_MS, this.ask(name, ping)).catch(() => false);
    return ok ? { name, ok } : { name, ok, detail };
  }

  private ask(name: string, ping: () => Promise<void>): Promise<void> {
    const asking = this.asking.get(name) ?? ping().finally(() => this.asking.delete(name));
    this.asking.set(name, asking);
    return asking;
  }
}

import type { ThingsStackConnector } from './things-stack-connector.js';

/** What is asked of one connector, by the application that it serves. */
type Served = Pick<ThingsStackConnector, 'application' | 'start' | 'close' | 'trouble' | 'metrics'>;

/**
 * The applications that one process serves, each with connections, pauses and a status of its own: a cluster that is away, or a key that was
 * revoked, holds up nobody else.
 */
export class ThingsStackApplications {
  constructor(private readonly connectors: readonly Served[]) {}

  start(): void {
    for (const connector of this.connectors) connector.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.connectors.map((connector) => connector.close()));
  }

  /** Which applications do not get on, and why; null when all do. */
  get trouble(): string | null {
    const troubled = this.connectors.flatMap(({ application, trouble }) =>
      trouble === null ? [] : `${application}: ${trouble}`,
    );
    return troubled.length === 0 ? null : troubled.join('; ');
  }

  /** Sums under the names that one application has, and each application under its label. */
  metrics(): Record<string, number> {
    const each = this.connectors.map((connector) => ({
      application: connector.application,
      metrics: connector.metrics(),
    }));
    const names = Object.keys(each[0]?.metrics ?? {});
    const metrics: Record<string, number> = {};
    for (const name of names) {
      const values = each.map((one) => one.metrics[name]!);
      // Whether all are connected, and the least that was granted; the others add up.
      metrics[name] = name.endsWith('_total') ? values.reduce((sum, value) => sum + value) : Math.min(...values);
    }
    for (const name of names)
      for (const one of each)
        metrics[`${name.replace('connector_', 'connector_application_')}{application="${one.application}"}`] =
          one.metrics[name]!;
    return metrics;
  }
}

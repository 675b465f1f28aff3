import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ServiceStatus } from '#core';

const PREFIX = 'lamplighter_';

/** Counters and gauges of this process, and those that the other services put into their statuses. */
export class ApiMetrics {
  private readonly registry = new Registry();
  private readonly requests: Histogram<'method' | 'route' | 'status'>;
  private requestCount = 0;
  private failureCount = 0;

  constructor() {
    collectDefaultMetrics({ register: this.registry, prefix: `${PREFIX}api_` });
    this.requests = new Histogram({
      name: `${PREFIX}api_request_seconds`,
      help: 'Time to answer a request, by route',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [this.registry],
    });
  }

  /** `route` is the pattern, never the address: labels stay few, and no id or secret gets into them. */
  noteRequest(request: { method: string; route: string; status: number; seconds: number }): void {
    const { method, route, status, seconds } = request;
    this.requestCount += 1;
    if (status >= 500) this.failureCount += 1;
    this.requests.observe({ method, route, status: String(status) }, seconds);
  }

  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `${PREFIX}${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  forStatus(): Record<string, number> {
    return { api_requests_total: this.requestCount, api_failures_total: this.failureCount };
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Prometheus text format 0.0.4. */
  async text(statuses: ReadonlyMap<string, ServiceStatus>): Promise<string> {
    return `${await this.registry.metrics()}\n${statusText(statuses)}`;
  }
}

function statusText(statuses: ReadonlyMap<string, ServiceStatus>): string {
  const lines = [`# HELP ${PREFIX}service_up Whether the service says it is up`, `# TYPE ${PREFIX}service_up gauge`];
  for (const [service, { state }] of statuses) {
    if (isMetricName(service.replaceAll('-', '_')))
      lines.push(`${PREFIX}service_up{service="${service}"} ${state === 'up' ? 1 : 0}`);
  }
  for (const [service, { metrics }] of statuses) {
    let typed = '';
    for (const [series, value] of Object.entries(metrics)) {
      const name = nameOf(series);
      // Its own are in the registry already.
      if (service === 'api' || name === null || typeof value !== 'number') continue;
      // Series of one name stand together, and its type is said once.
      if (name !== typed) lines.push(`# TYPE ${PREFIX}${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`);
      typed = name;
      lines.push(`${PREFIX}${series} ${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The name of a series, which may have one label; null when it is none that Prometheus could read. */
function nameOf(series: string): string | null {
  return /^([a-z][a-z0-9_]*)(?:\{[a-z_]+="[\w.@-]*"\})?$/.exec(series)?.[1] ?? null;
}

function isMetricName(name: string): boolean {
  return /^[a-z][a-z0-9_]*$/.test(name);
}

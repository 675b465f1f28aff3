import { TopicFilters } from '#identity';

/**
 * Which subscriptions could match a journalled topic. Telemetry has hardly any subscribers, because the platform reads
 * the journal; knowing that there are none saves routing every message. Filters that cannot match one (a device's own
 * `command`) are not kept, so a fleet that reconnects costs nothing here.
 */
export class TelemetryInterest {
  private readonly filters = new TopicFilters();
  /** Changes with every change of the filters, so that answers can be cached. */
  revision = 1;

  add(filter: string): void {
    if (!couldMatchTelemetry(filter)) return;
    this.filters.add(filter);
    this.revision++;
  }

  remove(filter: string): void {
    if (this.filters.remove(filter)) this.revision++;
  }

  in(topic: string): boolean {
    return this.filters.match(topic);
  }
}

const NETWORK_ROOTS: ReadonlySet<string> = new Set(['application', 'v3', 'uplink']);

function couldMatchTelemetry(filter: string): boolean {
  const levels = filter.split('/');
  const first = levels[0]!;
  const last = levels[levels.length - 1]!;
  if (NETWORK_ROOTS.has(first)) return true;
  if (first !== 'city' && first !== '+' && first !== '#') return false;
  return first === '+' || first === '#' || last === '#' || last === '+' || last === 'telemetry';
}

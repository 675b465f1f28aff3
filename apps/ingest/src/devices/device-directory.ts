import type { Clock, DeviceIdentity } from '#core';
import type { Device, Registry } from '#registry';
import { findPlan, type KindPlan } from './kind-plan.js';

/** A registered device as the path sees it. One object for each device for as long as it is registered. */
export interface KnownDevice {
  identity: DeviceIdentity;
  /** Null when this release does not know the kind. */
  plan: KindPlan | null;
}

/** A device that was just registered is looked for again after this time. */
const UNKNOWN_FOR_MS = 1_000;
/** Ids that nobody registered come from gateways; more than this many at once are forgotten rather than kept. */
const MAX_UNKNOWN = 100_000;
const LOOKUP_CHUNK = 1_000;
const CHANGES_PAGE = 1_000;

/**
 * The registry's devices in memory. A device is looked up when it is first heard of, together with all others of its batch; after that the
 * registry's change log keeps it current.
 */
export class DeviceDirectory {
  private readonly known = new Map<string, KnownDevice>();
  /** Id -> monotonic time until which it counts as unknown. */
  private readonly unknown = new Map<string, number>();
  private position = 0;

  constructor(
    private readonly registry: Pick<Registry, 'devices' | 'changes' | 'position'>,
    private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.known.size;
  }

  /** Before the first lookup: changes from here on are followed. */
  async start(): Promise<void> {
    this.position = await this.registry.position();
  }

  find(id: string): KnownDevice | undefined {
    return this.known.get(id);
  }

  /**
   * Looks up those of the ids that are neither known nor recently found unknown.
   * @throws LamplighterError `registry-unavailable`
   */
  async load(ids: ReadonlySet<string>): Promise<void> {
    const now = this.clock.monotonic();
    const missing: string[] = [];
    for (const id of ids) {
      const until = this.unknown.get(id);
      if (!this.known.has(id) && (until === undefined || until <= now)) missing.push(id);
    }
    for (let from = 0; from < missing.length; from += LOOKUP_CHUNK)
      await this.lookUp(missing.slice(from, from + LOOKUP_CHUNK));
  }

  /** Applies what changed in the registry since the last call. */
  async refresh(): Promise<void> {
    for (;;) {
      const changes = await this.registry.changes(this.position, CHANGES_PAGE);
      const changed = new Set<string>();
      for (const { entity, id } of changes)
        if (entity === 'device' && (this.known.has(id) || this.unknown.delete(id))) changed.add(id);
      if (changed.size > 0) await this.lookUp([...changed]);
      const last = changes.at(-1);
      if (last === undefined) return;
      this.position = last.position;
    }
  }

  private async lookUp(ids: readonly string[]): Promise<void> {
    const found = new Set<string>();
    for (const device of await this.registry.devices.getMany(ids)) {
      found.add(device.id);
      this.remember(device);
    }
    const until = this.clock.monotonic() + UNKNOWN_FOR_MS;
    if (this.unknown.size > MAX_UNKNOWN) this.unknown.clear();
    for (const id of ids) {
      if (found.has(id)) continue;
      this.known.delete(id);
      this.unknown.set(id, until);
    }
  }

  private remember({ id, kind, department, district, latitude, longitude }: Device): void {
    const identity: DeviceIdentity = { id, kind, department, district, latitude, longitude };
    this.unknown.delete(id);
    const known = this.known.get(id);
    if (known === undefined) {
      this.known.set(id, { identity, plan: findPlan(kind) });
    } else {
      known.identity = identity;
      known.plan = findPlan(kind);
    }
  }
}

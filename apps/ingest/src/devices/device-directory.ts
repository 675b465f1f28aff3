import type { Clock, DeviceIdentity, Quota } from '#core';
import type { Device, Registry } from '#registry';
import { findPlan, type KindPlan } from './kind-plan.js';

/** A registered device as the path sees it. One object for each device for as long as it is registered. */
export interface KnownDevice {
  identity: DeviceIdentity;
  /** Null when this release does not know the kind. */
  plan: KindPlan | null;
  /** False for a device that is isolated. */
  enabled: boolean;
  /** How a network server names it. */
  devEui: string | null;
  /** Id of the device type that says how to decode its raw payloads. */
  deviceType: string | null;
  tags: Readonly<Record<string, string>>;
  /** Of its own; null: that of its kind. */
  quota: Quota | null;
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
  private readonly byDevEui = new Map<string, KnownDevice>();
  /** Id -> monotonic time until which it counts as unknown. */
  private readonly unknown = new Map<string, number>();
  private position = 0;

  constructor(
    private readonly registry: Pick<Registry, 'devices' | 'changes' | 'position'>,
    private readonly clock: Clock,
    private readonly types: { load(): Promise<void> },
  ) {}

  get size(): number {
    return this.known.size;
  }

  /** Before the first lookup: changes from here on are followed. */
  async start(): Promise<void> {
    this.position = await this.registry.position();
    await this.types.load();
  }

  /** @param name id or, from a network server, DevEUI in lower case */
  find(name: string): KnownDevice | undefined {
    return this.known.get(name) ?? this.byDevEui.get(name);
  }

  /**
   * Looks up those of the names that are neither known nor recently found unknown.
   * @throws LamplighterError `registry-unavailable`
   */
  async load(names: ReadonlySet<string>): Promise<void> {
    const now = this.clock.monotonic();
    const missing: string[] = [];
    for (const name of names) {
      const until = this.unknown.get(name);
      if (this.find(name) === undefined && (until === undefined || until <= now)) missing.push(name);
    }
    for (let from = 0; from < missing.length; from += LOOKUP_CHUNK)
      await this.lookUp(missing.slice(from, from + LOOKUP_CHUNK));
  }

  /** Applies what changed in the registry since the last call. */
  async refresh(): Promise<void> {
    for (;;) {
      const changes = await this.registry.changes(this.position, CHANGES_PAGE);
      const changed = new Set<string>();
      let mayBeAwaited = false;
      for (const { entity, id } of changes) {
        if (entity !== 'device') continue;
        if (this.known.has(id) || this.unknown.delete(id)) changed.add(id);
        else mayBeAwaited = true;
      }
      if (changes.some(({ entity }) => entity === 'device-type')) await this.types.load();
      // A new device may be the one that is unknown under its DevEUI: all are asked for again.
      if (mayBeAwaited) this.unknown.clear();
      if (changed.size > 0) await this.lookUp([...changed]);
      const last = changes.at(-1);
      if (last === undefined) return;
      this.position = last.position;
    }
  }

  private async lookUp(names: readonly string[]): Promise<void> {
    const found = new Set<string>();
    for (const device of await this.registry.devices.findByName(names)) {
      found.add(device.id);
      if (device.devEui !== null) found.add(device.devEui);
      this.remember(device);
    }
    const until = this.clock.monotonic() + UNKNOWN_FOR_MS;
    if (this.unknown.size > MAX_UNKNOWN) this.unknown.clear();
    for (const name of names) {
      if (found.has(name)) continue;
      this.forget(name);
      this.unknown.set(name, until);
    }
  }

  private forget(id: string): void {
    const known = this.known.get(id);
    if (known === undefined) return;
    this.known.delete(id);
    if (known.devEui !== null) this.byDevEui.delete(known.devEui);
  }

  private remember(device: Device): void {
    const { id, kind, department, district, latitude, longitude, enabled, devEui, deviceType, tags, quota } = device;
    const identity: DeviceIdentity = { id, kind, department, district, latitude, longitude };
    const now = { identity, plan: findPlan(kind), enabled, devEui, deviceType, tags, quota };
    const before = this.known.get(id);
    const formerEui = before?.devEui ?? null;
    if (formerEui !== null && formerEui !== devEui) this.byDevEui.delete(formerEui);
    // One object for each device for as long as it is registered: others hold it.
    const known = before === undefined ? now : Object.assign(before, now);
    this.known.set(id, known);
    this.unknown.delete(id);
    if (devEui === null) return;
    this.byDevEui.set(devEui, known);
    this.unknown.delete(devEui);
  }
}

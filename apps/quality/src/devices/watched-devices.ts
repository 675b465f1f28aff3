import type { Kind } from '#kinds';
import type { Device, Registry } from '#registry';
import type { ReadingBatch } from '#core';
import { DeviceObserver, observedColumns } from '../observe/device-observer.js';
import { HourMemory, KindMemory } from '../observe/kind-memory.js';

/** A registered device together with what is remembered of it. */
export interface WatchedDevice {
  readonly device: Pick<Device, 'id' | 'kind' | 'department' | 'district'>;
  readonly intervalMs: number;
  readonly observer: DeviceObserver;
  /**
   * Grade of the last report that the owner may know of, so that a change is noticed. It stays the same object when the device changes: a
   * report of the device as it was may be on its way.
   */
  readonly told: { grade: string | null };
  /** What the registry holds; null before the first report of this process. */
  kept: { readonly score: number; readonly grade: string; readonly at: number } | null;
}

const PAGE = 5_000;
/** Kind of the readings that network servers give of the radio link of any device, and the metric that counts missed frames. */
const LINK_KIND = 'lorawan-link';
const FRAMES_MISSED = 'frameGap';

/** All devices that are registered and enabled, as the registry has them, with their observers. */
export class WatchedDevices {
  private readonly byId = new Map<string, WatchedDevice>();
  private readonly memories: ReadonlyMap<string, KindMemory>;
  private readonly intervals: ReadonlyMap<string, number>;
  private readonly removed = new Set<string>();
  private position = 0;

  constructor(
    private readonly registry: Pick<Registry, 'devices' | 'changes' | 'position'>,
    kinds: readonly Kind[],
  ) {
    const hours = new HourMemory();
    this.memories = new Map(kinds.map((kind) => [kind.name, new KindMemory(kind, hours)]));
    this.intervals = new Map(kinds.map(({ name, intervalMs }) => [name, intervalMs]));
  }

  get size(): number {
    return this.byId.size;
  }

  find(id: string): WatchedDevice | undefined {
    return this.byId.get(id);
  }

  all(): Iterable<WatchedDevice> {
    return this.byId.values();
  }

  /** Everything, once. @param now milliseconds since the epoch */
  async load(now: number): Promise<void> {
    this.position = await this.registry.position();
    for (let after: string | undefined; ;) {
      const page: Device[] = await this.registry.devices.list({
        departments: null,
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      for (const device of page) this.take(device, now);
      if (page.length < PAGE) break;
      after = page.at(-1)!.id;
    }
  }

  /** Applies what changed in the registry since the last call. */
  async follow(now: number): Promise<void> {
    for (;;) {
      const changes = await this.registry.changes(this.position, PAGE);
      const last = changes.at(-1);
      if (last === undefined) return;
      const ids = [...new Set(changes.filter(({ entity }) => entity === 'device').map(({ id }) => id))];
      const found = new Map((await this.registry.devices.getMany(ids)).map((device) => [device.id, device]));
      for (const id of ids) {
        const device = found.get(id);
        if (device === undefined || !device.enabled) this.forget(id);
        else this.take(device, now);
      }
      this.position = last.position;
    }
  }

  /** Lets the reports of devices that went go too; what fails is tried again with the next call. */
  async removeReports(remove: (devices: readonly string[]) => Promise<void>): Promise<void> {
    const gone = [...this.removed];
    await remove(gone);
    for (const id of gone) this.removed.delete(id);
  }

  /**
   * Shows readings of one kind to the observers of their devices.
   *
   * @param afterSequence rows up to this journal sequence were seen before; derived rows, which have none, are left out too
   */
  observe(batch: ReadingBatch, afterSequence: number): void {
    if (batch.kind === LINK_KIND) {
      this.countFrames(batch, afterSequence);
      return;
    }
    const memory = this.memories.get(batch.kind);
    if (memory === undefined) return;
    const columns = observedColumns(batch, memory.watched);
    const devices = batch.devices.map(({ id }) => this.byId.get(id));
    for (let row = 0; row < batch.length; row++) {
      const device = devices[batch.device[row]!];
      if (device === undefined || device.device.kind !== batch.kind || !(batch.sequence[row]! > afterSequence))
        continue;
      device.observer.observe(batch, row, columns, device.intervalMs);
    }
  }

  private countFrames(batch: ReadingBatch, afterSequence: number): void {
    const missed = batch.columns[batch.metrics.indexOf(FRAMES_MISSED)];
    for (let row = 0; row < batch.length; row++) {
      const device = this.byId.get(batch.devices[batch.device[row]!]!.id);
      if (device === undefined || !(batch.sequence[row]! > afterSequence)) continue;
      device.observer.noteFrame(batch.time[row]!, missed?.[row] ?? 0);
    }
  }

  private take(device: Device, now: number): void {
    const { id } = device;
    const memory = this.memories.get(device.kind);
    if (memory === undefined || !device.enabled) return;
    const before = this.byId.get(id);
    // A device that becomes one of another kind begins anew.
    const known = before?.device.kind === device.kind ? before : undefined;
    if (known === undefined) before?.observer.forget();
    const { kind, department, district } = device;
    this.byId.set(id, {
      device: { id, kind, department, district },
      intervalMs: device.intervalMs ?? this.intervals.get(kind)!,
      observer: known?.observer ?? new DeviceObserver(memory, Math.max(device.createdAt, now)),
      told: known?.told ?? { grade: null },
      // Its report names the place, and goes with the department (`DeviceRepository.update`).
      kept:
        before?.device.department === department && before.device.district === district ? (known?.kept ?? null) : null,
    });
    this.removed.delete(id);
  }

  private forget(id: string): void {
    const device = this.byId.get(id);
    if (device === undefined) return;
    device.observer.forget();
    this.byId.delete(id);
    this.removed.add(id);
  }
}

import type { DeviceIdentity, Quota } from '#core';

export interface Device extends DeviceIdentity {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Overrides the interval of the kind when the device was set up differently. */
  readonly intervalMs: number | null;
  /** An isolated device may connect to nothing; its history stays. */
  readonly enabled: boolean;
  /** LoRaWAN DevEUI, 16 lower-case hexadecimal digits: how a network server names the device. Unique. */
  readonly devEui: string | null;
  /** Id of a device type (vendor, model, version), which says how its raw payloads are decoded. */
  readonly deviceType: string | null;
  /** How much it may send, where that differs from its kind's. */
  readonly quota: Quota | null;
  /** Why it is isolated, by whom and since when; null when it is not, or was isolated without saying why. */
  readonly isolation: Isolation | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Isolation {
  readonly reason: string;
  /** 'admin', 'key:<id>': who isolated it. */
  readonly by: string;
  readonly at: number;
}

/** The district is found from the position by the repository (nearest polygon when outside all). */
export interface NewDevice {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly intervalMs?: number | null;
  readonly devEui?: string | null;
  readonly deviceType?: string | null;
  readonly quota?: Quota | null;
}

/** What may change of a device once it is registered; null takes away what it has of its own. */
export interface DeviceChange extends Partial<Omit<NewDevice, 'id'>> {
  readonly enabled?: boolean;
  readonly isolation?: Isolation | null;
}

export interface DeviceQuery {
  /** Null: all. An empty list matches nothing. */
  readonly departments: readonly string[] | null;
  readonly kind?: string;
  readonly district?: string;
  readonly ids?: readonly string[];
  /** west, south, east, north in degrees. */
  readonly bbox?: readonly [number, number, number, number];
  /** Substring of id or name. */
  readonly search?: string;
  readonly limit: number;
  /** Id after which to continue; devices come in order of id. */
  readonly after?: string;
}

export interface DeviceRepository {
  get(id: string): Promise<Device | null>;
  getMany(ids: readonly string[]): Promise<Device[]>;
  /** Devices whose id or DevEUI is one of these names. */
  findByName(names: readonly string[]): Promise<Device[]>;
  list(query: DeviceQuery): Promise<Device[]>;
  count(query: Omit<DeviceQuery, 'limit' | 'after'>): Promise<number>;
  /** All or nothing. @throws LamplighterError `conflict` naming the ids or DevEUIs that exist */
  create(devices: readonly NewDevice[]): Promise<Device[]>;
  /** @throws LamplighterError `conflict` when another device has the DevEUI */
  update(id: string, change: DeviceChange): Promise<Device | null>;
  remove(id: string): Promise<boolean>;
}

/** A device type that was added to this city's platform: what it says is `libs/device-types`' business, here it is kept. */
export interface StoredDeviceType {
  readonly id: string;
  readonly kind: string;
  /** The parsed `device-type.json`. */
  readonly definition: unknown;
  /** The vendor's script, as it was sent; null when network servers decode the payloads. */
  readonly script: string | null;
  readonly examples: readonly unknown[];
  /** Changes whenever payloads might be read differently. */
  readonly revision: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewDeviceType = Omit<StoredDeviceType, 'createdAt' | 'updatedAt'>;

export interface DeviceTypeRepository {
  /** In order of id. */
  list(): Promise<StoredDeviceType[]>;
  get(id: string): Promise<StoredDeviceType | null>;
  /** Creates or replaces. */
  put(type: NewDeviceType): Promise<StoredDeviceType>;
  /** @throws LamplighterError `conflict` when devices are of the type */
  remove(id: string): Promise<boolean>;
  /** Devices of a type, whoever owns the type. */
  countDevices(id: string): Promise<number>;
}

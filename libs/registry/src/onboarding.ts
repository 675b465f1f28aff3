import type { Quota } from '#core';

/** What devices of a department that are set up alike have in common. */
export interface DeviceTemplate {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  /** Name of a device, with `{id}`, `{kind}` and `{department}` filled in; null: its id. */
  readonly namePattern: string | null;
  readonly intervalMs: number | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly deviceType: string | null;
  readonly quota: Quota | null;
  readonly updatedAt: number;
}

export interface TemplateRepository {
  /** In order of id. Null departments: all. */
  list(departments: readonly string[] | null): Promise<DeviceTemplate[]>;
  get(id: string): Promise<DeviceTemplate | null>;
  put(template: Omit<DeviceTemplate, 'updatedAt'>): Promise<DeviceTemplate>;
  remove(id: string): Promise<boolean>;
}

/** A device that is prepared: whoever has its code may register it, once, where it stands. */
export interface Claim {
  /** Shown in lists and audits; not the code. */
  readonly id: string;
  /** Keyed hash of the code (HMAC-SHA-256), which is not kept. */
  readonly codeHash: string;
  readonly department: string;
  readonly kind: string;
  readonly deviceType: string | null;
  readonly devEui: string | null;
  readonly template: string | null;
  /** Id that the device will get; null: made from `idPrefix` and the claim's id. */
  readonly deviceId: string | null;
  readonly idPrefix: string | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly redeemedAt: number | null;
  readonly redeemedBy: string | null;
  /** The device that came of it. */
  readonly device: string | null;
  readonly revokedAt: number | null;
}

export type NewClaim = Omit<Claim, 'createdAt' | 'redeemedAt' | 'redeemedBy' | 'device' | 'revokedAt'>;

export interface ClaimQuery {
  readonly departments: readonly string[] | null;
  /** Neither redeemed nor revoked nor expired. */
  readonly outstanding?: boolean;
  readonly limit: number;
  readonly after?: string;
}

export interface ClaimRepository {
  create(claims: readonly NewClaim[]): Promise<Claim[]>;
  get(id: string): Promise<Claim | null>;
  findByCode(codeHash: string): Promise<Claim | null>;
  /** In order of id. */
  list(query: ClaimQuery): Promise<Claim[]>;
  /**
   * Uses the claim up: true for exactly one caller, however many come at once, and only while it is outstanding.
   * A claim whose device could not be registered is given back with `reopen`.
   */
  redeem(id: string, by: string, device: string): Promise<boolean>;
  reopen(id: string): Promise<void>;
  revoke(id: string): Promise<boolean>;
}

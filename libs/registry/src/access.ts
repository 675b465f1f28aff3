/** What a client presents at CONNECT or to HTTP ingest. Keys are kept as keyed hashes (HMAC-SHA-256), never as text. */
export interface Credential {
  /** MQTT user name; for a device, its id. Unique. */
  readonly username: string;
  /** The only client id that may use it. */
  readonly clientId: string;
  readonly type: 'device' | 'gateway';
  /** Device id, or the gateway's own id. */
  readonly subject: string;
  /** ChirpStack application of a gateway that is no network server of `networkServers`, which has its own list; null for devices. */
  readonly application: string | null;
  readonly keyHash: string;
  /** SHA-256 fingerprint of a pinned client certificate, or null. */
  readonly certificateFingerprint: string | null;
  readonly revokedAt: number | null;
  /** When the key that it has now was made. */
  readonly createdAt: number;
  /** The key before, which works as well until `formerUntil`; null when there is none. */
  readonly formerKeyHash: string | null;
  readonly formerUntil: number | null;
}

/** What is written of a credential. */
export interface NewCredential extends Omit<Credential, 'createdAt' | 'revokedAt' | 'formerKeyHash' | 'formerUntil'> {
  /** The key that it replaces goes on working until then. */
  readonly keepFormerUntil?: number;
}

export interface CredentialRepository {
  get(username: string): Promise<Credential | null>;
  /** For warming a broker's cache: everything, in pages ordered by user name. */
  list(after: string | null, limit: number): Promise<Credential[]>;
  /**
   * Creates or replaces the credentials of these user names. A key that is replaced is worth nothing any more, unless
   * `keepFormerUntil` says until when; one that was revoked is never kept.
   */
  put(credentials: readonly NewCredential[]): Promise<void>;
  revoke(username: string): Promise<boolean>;
}

export type Role = 'viewer' | 'operator' | 'engineer' | 'admin';
export const ROLES: readonly Role[] = ['viewer', 'operator', 'engineer', 'admin'];

export interface Account {
  readonly username: string;
  /** argon2id, because a person may have chosen the password. */
  readonly passwordHash: string;
  readonly role: Role;
  /** Null: all departments. */
  readonly departments: readonly string[] | null;
  readonly createdAt: number;
}

export interface ApiKey {
  /** Public part, shown in lists and logs. */
  readonly id: string;
  readonly name: string;
  readonly keyHash: string;
  readonly role: Role;
  readonly departments: readonly string[] | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export interface AccountRepository {
  get(username: string): Promise<Account | null>;
  put(account: Omit<Account, 'createdAt'>): Promise<void>;
  /** Those of the names that are an account's or the id of an API key, revoked or not. */
  known(names: readonly string[]): Promise<string[]>;
  listKeys(): Promise<ApiKey[]>;
  getKey(id: string): Promise<ApiKey | null>;
  createKey(key: Omit<ApiKey, 'createdAt' | 'revokedAt'>): Promise<ApiKey>;
  revokeKey(id: string): Promise<boolean>;
  /**
   * Ends a session of the console before its time, for every process.
   * @param expiresAt milliseconds since the epoch; it may be forgotten from then on
   */
  endSession(nonce: string, expiresAt: number): Promise<void>;
  hasEnded(nonce: string): Promise<boolean>;
}

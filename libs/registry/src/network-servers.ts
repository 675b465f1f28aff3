/** LoRaWAN network servers: where uplinks come from and downlinks go to. */

export type NetworkServerType = 'chirpstack' | 'things-stack' | 'http';
export const NETWORK_SERVER_TYPES: readonly NetworkServerType[] = ['chirpstack', 'things-stack', 'http'];

/** An application as topics name it: an id, with The Things Stack `{application}@{tenant}`. Safe as one level of a topic. */
export const APPLICATION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?:@[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/;

export interface NetworkServer {
  /** User name and client id of its gateway credential, and the source of its messages in the journal. */
  readonly id: string;
  readonly name: string;
  readonly type: NetworkServerType;
  /**
   * The applications whose messages it may bring; each belongs to one network server only, so that a message that a service
   * publishes on its behalf can be put down to it. 'all' is every application that no other server has: ChirpStack
   * subscribes to the commands of all its applications with one filter, which must lie inside its scope. 'own' is every application of a
   * ChirpStack behind a topic prefix of its own: then what others call their applications does not matter (ADR 012).
   */
  readonly applications: readonly string[] | 'all' | 'own';
  readonly downlink: DownlinkApi | null;
  readonly createdAt: number;
  /** Of a registered device or not, up to half a minute behind; null before the first. */
  readonly lastMessageAt: number | null;
}

/** Where downlinks go when the network server is not connected over MQTT (webhooks of The Things Stack, others). */
export interface DownlinkApi {
  /** `{application}`, `{device}` and `{devEui}` are filled in. */
  readonly url: string;
  /** Sent as Bearer; sealed under a key that is not in the registry, because it has to be sent as it is. */
  readonly sealedKey: string | null;
  /** An administrator vouched for an address that is not public (THREATS 30). */
  readonly allowPrivate: boolean;
}

export type NewNetworkServer = Omit<NetworkServer, 'createdAt' | 'lastMessageAt'>;

export interface NetworkServerRepository {
  get(id: string): Promise<NetworkServer | null>;
  /** In order of id. */
  list(): Promise<NetworkServer[]>;
  /**
   * The network server of an application: the one that names it, else of ChirpStack's the one that has all.
   * Null when there is none.
   */
  findByApplication(type: NetworkServerType, application: string): Promise<NetworkServer | null>;
  /** @throws LamplighterError `conflict` when the id is taken, by any credential too, or an application belongs to another */
  create(server: NewNetworkServer): Promise<NetworkServer>;
  /** @throws LamplighterError `conflict` when an application belongs to another */
  update(
    id: string,
    change: Partial<Pick<NetworkServer, 'name' | 'applications' | 'downlink'>>,
  ): Promise<NetworkServer | null>;
  /** Notes when sources were last heard, never earlier than is known; those that are no network server are left out. */
  heard(sources: ReadonlyMap<string, number>): Promise<void>;
  /** Its credential goes with it. */
  remove(id: string): Promise<boolean>;
}

/** The applications that it has by name. */
export function namedApplications({ applications }: Pick<NetworkServer, 'applications'>): readonly string[] {
  return typeof applications === 'string' ? [] : applications;
}

/** The same choice as `NetworkServerRepository.findByApplication`, for who keeps the servers in memory. */
export function serverOfApplication<T extends Pick<NetworkServer, 'type' | 'applications'>>(
  servers: Iterable<T>,
  type: NetworkServerType,
  application: string,
): T | null {
  let fallback: T | null = null;
  for (const server of servers) {
    if (server.type !== type) continue;
    if (server.applications === 'all') fallback = server;
    else if (namedApplications(server).includes(application)) return server;
  }
  return fallback;
}

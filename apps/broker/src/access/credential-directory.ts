import type { Clock, NetworkServer as Network, NetworkTopic, Quota } from '#core';
import type { Principal } from '#identity';
import { serverOfApplication } from '#registry';
import type { Credential, Device, NetworkServer, NetworkServerType, Registry } from '#registry';

/** A credential with what the broker must know of its device. */
export interface CredentialEntry {
  readonly credential: Credential;
  /** Null for a gateway. */
  readonly device: {
    readonly department: string;
    readonly kind: string;
    readonly enabled: boolean;
    readonly quota: Quota | null;
  } | null;
  /** What a gateway is the network server of; null for devices. */
  readonly network: NetworkServer | null;
}

const NETWORKS: Readonly<Record<NetworkServerType, Network>> = {
  chirpstack: 'chirpstack',
  'things-stack': 'the-things-stack',
  http: 'generic',
};
const TYPES: Readonly<Record<Network, NetworkServerType>> = {
  chirpstack: 'chirpstack',
  'the-things-stack': 'things-stack',
  generic: 'http',
};

const PAGE = 5_000;
/** A user name that was not found, or whose key did not match, is not looked up again for this long. */
const LOOKUP_PAUSE_MS = 1_000;
const MAX_RECENT_LOOKUPS = 50_000;

/**
 * Every credential, in memory: ten thousand devices that reconnect at once must not meet a database (THREATS 24). Filled at
 * start, kept by the registry's changes, and asked directly about what it does not know, because a device may connect in
 * the second in which it was registered.
 */
export class CredentialDirectory {
  private readonly entries = new Map<string, CredentialEntry>();
  private readonly ownerOfClientId = new Map<string, string>();
  private readonly usernamesOfDevice = new Map<string, Set<string>>();
  private networks = new Map<string, NetworkServer>();
  private readonly lookedUpAt = new Map<string, number>();

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  async warm(): Promise<void> {
    await this.refreshNetworks();
    const devices = await this.allDevices();
    for (let after: string | null = null; ;) {
      const page: Credential[] = await this.registry.credentials.list(after, PAGE);
      for (const credential of page) this.set(credential, devices.get(credential.subject) ?? null);
      if (page.length < PAGE) return;
      after = page.at(-1)!.username;
    }
  }

  find(username: string): CredentialEntry | null {
    return this.entries.get(username) ?? null;
  }

  /** User name of the credential that a client id is bound to. */
  ownerOf(clientId: string): string | null {
    return this.ownerOfClientId.get(clientId) ?? null;
  }

  usernamesOf(deviceId: string): readonly string[] {
    return [...(this.usernamesOfDevice.get(deviceId) ?? [])];
  }

  /** Id of the network server that has the application of a topic. */
  ownerOfTopic(topic: NetworkTopic): string | null {
    if (topic.server === 'chirpstack' && topic.networkServer !== null)
      return this.networks.get(topic.networkServer)?.applications === 'own' ? topic.networkServer : null;
    const application =
      topic.server === 'the-things-stack' && topic.tenant !== null
        ? `${topic.application}@${topic.tenant}`
        : topic.application;
    return serverOfApplication(this.networks.values(), TYPES[topic.server], application)?.id ?? null;
  }

  /** There are few network servers, and their applications depend on one another. */
  async refreshNetworks(): Promise<void> {
    const servers = await this.registry.networkServers.list();
    this.networks = new Map(servers.map((server) => [server.id, server]));
  }

  /** Asks the registry, unless it was asked about this name a moment ago. */
  async lookUp(username: string): Promise<CredentialEntry | null> {
    const now = this.clock.monotonic();
    const last = this.lookedUpAt.get(username);
    if (last !== undefined && now - last < LOOKUP_PAUSE_MS) return this.find(username);
    if (this.lookedUpAt.size >= MAX_RECENT_LOOKUPS) this.lookedUpAt.clear();
    this.lookedUpAt.set(username, now);
    return this.refresh(username);
  }

  /** Takes over what the registry says now. */
  async refresh(username: string): Promise<CredentialEntry | null> {
    const credential = await this.registry.credentials.get(username);
    if (credential === null) {
      this.forget(username);
      return null;
    }
    const device = credential.type === 'device' ? await this.registry.devices.get(credential.subject) : null;
    // It may be of a network server that is younger than the last look at the registry's changes.
    if (credential.type === 'gateway') await this.refreshNetworks();
    this.set(credential, device);
    return this.find(username);
  }

  private async allDevices(): Promise<Map<string, Device>> {
    const devices = new Map<string, Device>();
    for (let after: string | undefined; ;) {
      const page: Device[] = await this.registry.devices.list({
        departments: null,
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      for (const device of page) devices.set(device.id, device);
      if (page.length < PAGE) return devices;
      after = page.at(-1)!.id;
    }
  }

  private set(credential: Credential, device: Device | null): void {
    this.forget(credential.username);
    const known = device && {
      department: device.department,
      kind: device.kind,
      enabled: device.enabled,
      quota: device.quota,
    };
    const network = credential.type === 'gateway' ? (this.networks.get(credential.subject) ?? null) : null;
    this.entries.set(credential.username, { credential, device: known, network });
    this.ownerOfClientId.set(credential.clientId, credential.username);
    if (credential.type !== 'device') return;
    let usernames = this.usernamesOfDevice.get(credential.subject);
    if (usernames === undefined) this.usernamesOfDevice.set(credential.subject, (usernames = new Set()));
    usernames.add(credential.username);
  }

  private forget(username: string): void {
    const entry = this.entries.get(username);
    if (entry === undefined) return;
    this.entries.delete(username);
    if (this.ownerOfClientId.get(entry.credential.clientId) === username)
      this.ownerOfClientId.delete(entry.credential.clientId);
    const usernames = this.usernamesOfDevice.get(entry.credential.subject);
    usernames?.delete(username);
    if (usernames?.size === 0) this.usernamesOfDevice.delete(entry.credential.subject);
  }
}

/** Why a credential may not be used now, or who its bearer is. */
export function principalOf(entry: CredentialEntry): Principal | 'revoked' | 'device-disabled' {
  const { credential, device, network } = entry;
  if (credential.revokedAt !== null) return 'revoked';
  if (credential.type === 'gateway') {
    return {
      type: 'gateway',
      id: credential.subject,
      clientId: credential.clientId,
      network: network === null ? 'chirpstack' : NETWORKS[network.type],
      applications: network?.applications ?? (credential.application === null ? [] : [credential.application]),
    };
  }
  if (device === null) return 'revoked';
  if (!device.enabled) return 'device-disabled';
  return {
    type: 'device',
    id: credential.subject,
    clientId: credential.clientId,
    department: device.department,
    kind: device.kind,
  };
}

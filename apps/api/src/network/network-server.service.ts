import { Inject, Injectable } from '@nestjs/common';
import { chirpStackPrefix } from '#core';
import { generateKey, hashKey, sealText } from '#identity';
import type { Credential, DownlinkApi, NetworkServer, Registry } from '#registry';
import { mayActAs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import type { ApiSettings } from '../environment.js';
import { isoTime } from '../http/parameters.js';
import { notFound, Problem } from '../http/problem.js';
import { REGISTRY, SERVICE_BUS, SETTINGS } from '../ports.js';
import type { ServiceBus } from '../ports.js';
import type {
  DownlinkApiDto,
  NetworkServerChangeDto,
  NetworkServerDto,
  NetworkServerWithKeyDto,
  NewNetworkServerDto,
} from './network-server.dto.js';
import { instructionsFor } from './network-server-instructions.js';
import type { Reach } from './reach.js';
import { topicsOwner, withoutTenant } from './uplink-topic.js';

/** A network server brings messages of every department, so only who sees all of them may look at one. */
@Injectable()
export class NetworkServerService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SERVICE_BUS) private readonly bus: ServiceBus,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async list(caller: Caller): Promise<NetworkServerDto[]> {
    refuseUnlessAll(caller);
    const servers = await this.registry.networkServers.list();
    return Promise.all(servers.map(async (server) => this.view(server)));
  }

  async get(caller: Caller, id: string): Promise<NetworkServer> {
    const server = caller.departments === null ? await this.registry.networkServers.get(id) : null;
    if (server === null) throw notFound('network server');
    return server;
  }

  async view(server: NetworkServer): Promise<NetworkServerDto> {
    const credential = await this.registry.credentials.get(server.id);
    return viewOf(server, credential);
  }

  async create(caller: Caller, wish: NewNetworkServerDto, reach: Reach): Promise<NetworkServerWithKeyDto> {
    refuseUnlessAll(caller);
    const { id, type, name = id } = wish;
    const applications = applicationsOf(type, wish.applications ?? null, await this.whoHasAll());
    const downlink = this.downlinkOf(caller, id, wish.downlink ?? null);
    const server = await this.registry.networkServers.create({ id, name, type, applications, downlink });
    const answer = await this.issueKey(server, reach);
    await this.audit(caller, 'network-server-created', id, { type, applications, downlink: downlink?.url ?? null });
    // What it posts from now on is put down to it (ADR 012).
    await this.bus.brokerHasLooked();
    return answer;
  }

  async update(caller: Caller, id: string, change: NetworkServerChangeDto): Promise<NetworkServerDto> {
    const before = await this.get(caller, id);
    const { name, downlink } = change;
    const applications = await this.changedApplications(before, change.applications);
    const after = await this.registry.networkServers.update(id, {
      ...(name === undefined ? {} : { name }),
      ...(applications === undefined ? {} : { applications }),
      ...(downlink === undefined ? {} : { downlink: this.downlinkOf(caller, id, downlink) }),
    });
    if (after === null) throw notFound('network server');
    await this.audit(caller, 'network-server-changed', id, { fields: Object.keys(change) });
    await this.bus.brokerHasLooked();
    return this.view(after);
  }

  /** The ChirpStack of the shared topics, if there is one. */
  private async whoHasAll(): Promise<string | null> {
    const servers = await this.registry.networkServers.list();
    return servers.find(({ applications }) => applications === 'all')?.id ?? null;
  }

  /** What is set up at the network server has to go on working: its topics do not change behind its back. */
  private async changedApplications(
    { id, type, applications }: NetworkServer,
    wish: NetworkServerChangeDto['applications'],
  ): Promise<NetworkServer['applications'] | undefined> {
    if (wish === undefined || (wish === null && typeof applications === 'string')) return undefined;
    if (applications === 'own') {
      const advice = 'Remove the entry and add it again with applications, then set ChirpStack up anew.';
      throw new Problem('conflict', `'${id}' has topics of its own, with every application. ${advice}`, {
        pointer: '/applications',
      });
    }
    const other = await this.whoHasAll();
    if (wish === null && other !== null && other !== id) {
      const advice =
        'Name the applications, or remove the entry and add it again without them: it then gets topics of its own.';
      throw new Problem('conflict', `'${other}' has every application already. ${advice}`, {
        pointer: '/applications',
      });
    }
    return applicationsOf(type, wish, null);
  }

  /** A new key; the old one stops working as soon as brokers see the change. */
  async rotateKey(caller: Caller, id: string, reach: Reach): Promise<NetworkServerWithKeyDto> {
    const server = await this.get(caller, id);
    const answer = await this.issueKey(server, reach);
    await this.audit(caller, 'network-server-key-rotated', id, {});
    return answer;
  }

  /** It may bring nothing until it gets a new key. */
  async revokeKey(caller: Caller, id: string): Promise<void> {
    await this.get(caller, id);
    await this.registry.credentials.revoke(id);
    await this.audit(caller, 'network-server-key-revoked', id, {});
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.get(caller, id);
    await this.registry.networkServers.remove(id);
    await this.audit(caller, 'network-server-removed', id, {});
    await this.bus.brokerHasLooked();
  }

  private async issueKey(server: NetworkServer, reach: Reach): Promise<NetworkServerWithKeyDto> {
    const key = generateKey();
    await this.registry.credentials.put([
      {
        username: server.id,
        clientId: server.id,
        type: 'gateway',
        subject: server.id,
        application: null,
        keyHash: hashKey(this.settings.pepper, key),
        certificateFingerprint: null,
      },
    ]);
    return { ...(await this.view(server)), key, instructions: instructionsFor(server, key, reach) };
  }

  private downlinkOf(caller: Caller, id: string, wish: DownlinkApiDto | null): DownlinkApi | null {
    if (wish === null) return null;
    const { url, key, allowPrivate = false } = wish;
    // An address inside may be one that trusts whoever reaches it (THREATS 30).
    if (allowPrivate && !mayActAs(caller, 'admin')) {
      throw new Problem('forbidden', 'Only an administrator may let downlinks go to a private address.', {
        pointer: '/downlink/allowPrivate',
      });
    }
    const sealedKey = key === undefined ? null : sealText(this.settings.pepper, downlinkKeyPurpose(id), key);
    return { url, sealedKey, allowPrivate };
  }

  private audit(caller: Caller, action: string, subject: string, detail: Record<string, unknown>): Promise<void> {
    return this.registry.audit.append({ actor: caller.name, action, subject, detail });
  }
}

/** Ties a sealed downlink key to its server. */
export const downlinkKeyPurpose = (server: string): string => `downlink-key:${server}`;

function refuseUnlessAll(caller: Caller): void {
  if (caller.departments === null) return;
  throw new Problem('forbidden', 'Network servers are for credentials that see all departments.');
}

/** @param other who has every application of the shared topics already; a ChirpStack beside it gets topics of its own */
function applicationsOf(
  type: NetworkServer['type'],
  wish: readonly string[] | null,
  other: string | null,
): NetworkServer['applications'] {
  if (wish === null) {
    if (type === 'chirpstack') return other === null ? 'all' : 'own';
    throw new Problem('bad-request', 'Name the applications whose messages it brings.', { pointer: '/applications' });
  }
  const names = wish.map(withoutTenant);
  const twice = names.findIndex(
    (name, index) => names.indexOf(name) < index && !wish.slice(0, index).includes(wish[index]!),
  );
  if (twice !== -1) {
    throw new Problem(
      'bad-request',
      'Webhooks do not name the tenant: an application id of two tenants needs two entries.',
      {
        pointer: `/applications/${twice}`,
      },
    );
  }
  const odd = wish.findIndex((application) => application.includes('@') && type !== 'things-stack');
  if (odd === -1) return wish;
  throw new Problem('bad-request', 'Only applications of The Things Stack have a tenant behind an @.', {
    pointer: `/applications/${odd}`,
  });
}

function viewOf(server: NetworkServer, credential: Credential | null): NetworkServerDto {
  const { id, name, type, applications, downlink, createdAt, lastMessageAt } = server;
  return {
    id,
    name,
    type,
    applications: typeof applications === 'string' ? null : [...applications],
    topicPrefix: type === 'chirpstack' ? chirpStackPrefix(topicsOwner(server)) : null,
    downlink: downlink && {
      url: downlink.url,
      hasKey: downlink.sealedKey !== null,
      allowPrivate: downlink.allowPrivate,
    },
    active: credential !== null && credential.revokedAt === null,
    lastMessageAt: lastMessageAt === null ? null : isoTime(lastMessageAt),
    createdAt: isoTime(createdAt),
  };
}

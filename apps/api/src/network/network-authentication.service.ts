import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { verifyKey } from '#identity';
import type { NetworkServer, NetworkServerType, Registry } from '#registry';
import { AuthenticationService } from '../auth/authentication.service.js';
import { presentedBy } from '../auth/credentials.js';
import type { ApiSettings } from '../environment.js';
import { Problem } from '../http/problem.js';
import { REGISTRY, SETTINGS } from '../ports.js';

/** A hash that no key has, so that an unknown server takes as long as a wrong key. */
const NO_HASH = 'A'.repeat(43);
const WRONG = 'The network server or its key is wrong.';

/** Finds the network server that sends a webhook or an uplink, by the key that it would use for MQTT. */
@Injectable()
export class NetworkAuthentication {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    private readonly authentication: AuthenticationService,
  ) {}

  /**
   * The server that the address names, by Bearer, the password of Basic, or `X-Webhook-Secret`.
   * @throws Problem `unauthenticated` or `too-many-requests`
   */
  async namedServer(request: FastifyRequest, id: string, type: NetworkServerType): Promise<NetworkServer> {
    return this.check(request, id, keyOf(request), type);
  }

  /** The server that Basic names, or `X-Network-Server` beside a Bearer. */
  async presentedServer(request: FastifyRequest, type: NetworkServerType): Promise<NetworkServer> {
    const presented = presentedBy(request.headers);
    if (presented.type === 'basic') return this.check(request, presented.username, presented.password, type);
    const id = request.headers['x-network-server'];
    if (typeof id === 'string' && id !== '') return this.check(request, id, keyOf(request), type);
    throw new Problem(
      'unauthenticated',
      'Send HTTP Basic of the network server and its key, or the key as Bearer with X-Network-Server.',
    );
  }

  private async check(
    request: FastifyRequest,
    id: string,
    key: string,
    type: NetworkServerType,
  ): Promise<NetworkServer> {
    const credential = await this.registry.credentials.get(id);
    const right = verifyKey(this.settings.pepper, key, credential?.keyHash ?? NO_HASH);
    const server =
      right && credential?.type === 'gateway' && credential.revokedAt === null
        ? await this.registry.networkServers.get(credential.subject)
        : null;
    if (server !== null && server.type === type) return server;
    if (server !== null) throw new Problem('bad-request', `The network server is of type '${server.type}'.`);
    const subject = { name: id, address: request.ip };
    this.authentication.refuseWhenBlocked(subject);
    await this.authentication.noteFailure(subject, 'network-server-key');
    throw new Problem('unauthenticated', WRONG);
  }
}

function keyOf(request: FastifyRequest): string {
  const presented = presentedBy(request.headers);
  if (presented.type === 'bearer') return presented.token;
  if (presented.type === 'basic') return presented.password;
  const secret = request.headers['x-webhook-secret'];
  if (typeof secret === 'string' && secret !== '') return secret;
  throw new Problem('unauthenticated', 'Send the key of the network server as Authorization: Bearer.');
}

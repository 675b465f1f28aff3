import { createHash, timingSafeEqual } from 'node:crypto';
import { type Clock, type Quota, quotaFor, type QuotaDefaults } from '#core';
import { type Decision, mayPublish, mayReceive, maySubscribe, type Principal, verifyKey } from '#identity';
import { type Approvals, kinds, refusedKinds } from '#kinds';
import type { Credential, Registry } from '#registry';
import { journalSource, type OwnerOfTopic } from '../lane/journal-source.js';
import type { AccessPolicy, ConnectAttempt, Refusal, Verdict } from './access-policy.js';
import { type CredentialDirectory, type CredentialEntry, principalOf } from './credential-directory.js';
import { LoginThrottle } from './login-throttle.js';
import type { RefusedLogins } from './refused-logins.js';
import { UserAuthenticator } from './user-authenticator.js';

export interface BrokerSecrets {
  /** Key of the HMAC under which device keys are kept. */
  readonly pepper: string;
  /** What the platform's own processes log in with. */
  readonly serviceKey: string;
}

const SERVICE_NAME = /^service:[a-z][a-z0-9-]{0,31}$/;

/** Credentials and permissions of the registry. */
export class RegistryPolicy implements AccessPolicy {
  readonly users: UserAuthenticator;
  /** Kinds that could identify people and are not approved: nothing of them may get as far as the journal (THREATS 40). */
  private readonly refusedKinds: ReadonlySet<string>;
  private readonly throttle: LoginThrottle;
  private readonly serviceKeyHash: Buffer;
  private readonly ownerOf: OwnerOfTopic = (topic) => this.directory.ownerOfTopic(topic);

  constructor(
    registry: Registry,
    readonly directory: CredentialDirectory,
    private readonly secrets: BrokerSecrets,
    private readonly clock: Clock,
    private readonly quotas: QuotaDefaults,
    approvals: Approvals,
    private readonly refusedLogins: RefusedLogins,
  ) {
    this.refusedKinds = new Set(refusedKinds(kinds, approvals).map(({ kind }) => kind.name));
    this.users = new UserAuthenticator(registry, secrets.pepper, clock);
    this.throttle = new LoginThrottle(clock);
    this.serviceKeyHash = sha256(secrets.serviceKey);
  }

  async authenticate(attempt: ConnectAttempt): Promise<Verdict> {
    const verdict = await this.judge(attempt).catch((): Verdict => ({ refused: 'registry-unavailable' }));
    if ('refused' in verdict && isGuess(verdict.refused)) this.throttle.failed(attempt.address);
    return verdict;
  }

  mayPublish(principal: Principal, topic: string): Decision {
    return mayPublish(principal, topic);
  }

  maySubscribe(principal: Principal, filter: string): Decision {
    return maySubscribe(principal, filter);
  }

  mayReceive(principal: Principal, topic: string): Decision {
    return mayReceive(principal, topic);
  }

  journalSource(principal: Principal, topic: string): string | null {
    return journalSource(principal, topic, this.ownerOf);
  }

  /**
   * What a user name stands for now, to be compared with what it stood for at CONNECT: a key that is not valid any more, a
   * device that was moved or isolated all make a difference. Null: it may not be connected at all.
   */
  standing(username: string, keyHash: string | null): string | null {
    const entry = this.directory.find(username);
    const principal = entry && principalOf(entry);
    if (entry === null || principal === null || typeof principal === 'string' || this.isRefused(principal)) return null;
    const { credential } = entry;
    // Of a key that was replaced with an overlap, its bearer need not notice anything until the overlap ends.
    const key = keyHash !== null && this.isValid(credential, keyHash) ? keyHash : credential.keyHash;
    return JSON.stringify([key, credential.certificateFingerprint, principal]);
  }

  keyUntil(username: string, keyHash: string | null): number | null {
    const credential = this.directory.find(username)?.credential;
    return credential !== undefined && keyHash !== null && credential.keyHash !== keyHash
      ? credential.formerUntil
      : null;
  }

  quotaOf(username: string): Quota | null {
    const device = this.directory.find(username)?.device ?? null;
    return device === null ? null : quotaFor(this.quotas, device.kind, device.quota);
  }

  private async judge(attempt: ConnectAttempt): Promise<Verdict> {
    const { username } = attempt;
    const password = attempt.password?.toString('utf8');
    if (username === undefined || username === '') return { refused: 'no-credentials' };
    if (username.startsWith('service:')) return this.judgeService(attempt, username, password ?? '');
    const known = this.directory.find(username);
    const first = known && this.judgeCredential(attempt, known, password);
    if (first !== null && 'principal' in first) return first;
    // What does not fit may be a credential that is younger than the last look at the registry's changes.
    if (this.throttle.exhausted(attempt.address)) return { refused: 'throttled' };
    const fresh = await this.directory.lookUp(username);
    if (fresh !== null) return this.judgeCredential(attempt, fresh, password);
    const verdict = await this.judgeUser(attempt, username, password);
    if ('refused' in verdict && isOfStranger(verdict.refused)) this.refusedLogins.note(username);
    return verdict;
  }

  private judgeService(attempt: ConnectAttempt, username: string, password: string): Verdict {
    if (!SERVICE_NAME.test(username)) return { refused: 'unknown-user' };
    if (!timingSafeEqual(sha256(password), this.serviceKeyHash)) return { refused: 'wrong-key' };
    if (attempt.clientId !== username && !attempt.clientId.startsWith(`${username}:`))
      return { refused: 'client-id-not-bound' };
    return { principal: { type: 'service', id: username.slice('service:'.length), clientId: attempt.clientId } };
  }

  private judgeCredential(attempt: ConnectAttempt, entry: CredentialEntry, password: string | undefined): Verdict {
    const proof = this.prove(attempt, entry, password);
    if ('refused' in proof) return proof;
    const principal = principalOf(entry);
    if (typeof principal === 'string') return { refused: principal };
    if (this.isRefused(principal)) return { refused: 'kind-not-approved' };
    // The client id is bound to the credential, or its holder could end and inherit the session of another (THREATS 1).
    return attempt.clientId === entry.credential.clientId
      ? { principal, ...proof }
      : { refused: 'client-id-not-bound' };
  }

  private isRefused(principal: Principal): boolean {
    return principal.type === 'device' && this.refusedKinds.has(principal.kind);
  }

  /**
   * A pinned certificate has to be shown; it suffices when it chains to the configured authority, and with the right key
   * otherwise. A key that is given has to be right in any case.
   */
  private prove(
    attempt: ConnectAttempt,
    { credential }: CredentialEntry,
    password: string | undefined,
  ): { readonly refused: Refusal } | { readonly keyHash: string } {
    const pinned = credential.certificateFingerprint?.replaceAll(':', '').toLowerCase() ?? null;
    if (pinned !== null && attempt.certificate?.fingerprint !== pinned) return { refused: 'wrong-certificate' };
    const { keyHash, formerKeyHash } = credential;
    if (password === undefined)
      return pinned !== null && attempt.certificate!.trusted ? { keyHash } : { refused: 'no-credentials' };
    if (verifyKey(this.secrets.pepper, password, keyHash)) return { keyHash };
    const former = formerKeyHash !== null && this.isValid(credential, formerKeyHash) ? formerKeyHash : null;
    return former !== null && verifyKey(this.secrets.pepper, password, former)
      ? { keyHash: former }
      : { refused: 'wrong-key' };
  }

  /** Whether the key is that of the credential, or the one before while it may still be used. */
  private isValid({ keyHash, formerKeyHash, formerUntil }: Credential, presented: string): boolean {
    return presented === keyHash || (presented === formerKeyHash && this.clock.now() < (formerUntil ?? 0));
  }

  private async judgeUser(attempt: ConnectAttempt, username: string, password: string | undefined): Promise<Verdict> {
    if (password === undefined || password === '') return { refused: 'no-credentials' };
    if (attempt.clientId.startsWith('service:') || this.directory.ownerOf(attempt.clientId) !== null)
      return { refused: 'client-id-not-bound' };
    return this.users.authenticate(attempt, username, password);
  }
}

/** Refusals of a user name that has no credential; whether it is a person's is found out later. */
function isOfStranger(refused: Refusal): boolean {
  return refused === 'wrong-key' || refused === 'no-credentials';
}

/** Refusals that count as guessing. */
function isGuess(refused: Refusal): boolean {
  return (
    refused === 'wrong-key' ||
    refused === 'unknown-user' ||
    refused === 'wrong-certificate' ||
    refused === 'no-credentials'
  );
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

import type { Quota } from '#core';
import type { Decision, Principal } from '#identity';

/** What a client presented at CONNECT. */
export interface ConnectAttempt {
  readonly clientId: string;
  readonly clean: boolean;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly address: string;
  /** Null when the connection is not TLS, or the client showed no certificate. */
  readonly certificate: ClientCertificate | null;
}

export interface ClientCertificate {
  /** SHA-256, lower-case hexadecimal without colons. */
  readonly fingerprint: string;
  /** Whether it chains to the configured authority. */
  readonly trusted: boolean;
}

export type Refusal =
  | 'client-id-missing'
  | 'client-id-too-long'
  | 'client-id-not-bound'
  | 'client-id-in-use'
  | 'no-credentials'
  | 'unknown-user'
  | 'wrong-key'
  | 'wrong-certificate'
  | 'revoked'
  | 'device-disabled'
  | 'kind-not-approved'
  | 'throttled'
  | 'journal-full'
  | 'registry-unavailable';

/** `keyHash`: what the client proved that it has; null when that was no key of the registry. */
export type Verdict =
  { readonly principal: Principal; readonly keyHash?: string | null } | { readonly refused: Refusal };

/**
 * Who may come in, and what they may do. `RegistryPolicy` is the one of every installation; `OpenPolicy` serves protocol
 * conformance tests.
 */
export interface AccessPolicy {
  authenticate(attempt: ConnectAttempt): Promise<Verdict>;
  mayPublish(principal: Principal, topic: string): Decision;
  maySubscribe(principal: Principal, filter: string): Decision;
  mayReceive(principal: Principal, topic: string): Decision;
  /** Under whose name a message on this topic is journalled; null when it is not one that the platform keeps. */
  journalSource(principal: Principal, topic: string): string | null;
  /**
   * What the credential of this user name stands for now, for who came in with this key; null when it has none, or one that
   * is not valid any more.
   */
  standing(username: string, keyHash: string | null): string | null;
  /** Wall clock until which the key may be used, where it was replaced and goes on working for a while; null: no end. */
  keyUntil(username: string, keyHash: string | null): number | null;
  /** How much the device of this user name may send; null for whoever has no quota. */
  quotaOf(username: string): Quota | null;
}

/** CONNACK return codes of MQTT 3.1.1, table 3.1. */
export function returnCodeOf(refusal: Refusal): 2 | 3 | 4 | 5 {
  switch (refusal) {
    case 'client-id-missing':
    case 'client-id-too-long':
    case 'client-id-not-bound':
    case 'client-id-in-use':
      return 2;
    case 'journal-full':
    case 'registry-unavailable':
      return 3;
    case 'unknown-user':
    case 'wrong-key':
      return 4;
    default:
      return 5;
  }
}

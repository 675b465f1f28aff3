import { join } from 'node:path';
import { DEFAULT_QUOTA, type QuotaDefaults } from '#core';
import type { Approvals } from '#kinds';

/** Everything about the broker that an operator or a test may set. Times are milliseconds, sizes bytes. */
export interface BrokerSettings {
  /** Address of the TCP, TLS and WebSocket listeners. */
  readonly host: string;
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  readonly tls: TlsSettings | null;
  /** Unix socket to which the API forwards WebSocket upgrades of `/mqtt`; null for none. */
  readonly webSocketPath: string | null;
  /** A WebSocket port of its own; null for none. */
  readonly webSocketPort: number | null;
  /** Where retained messages are kept. */
  readonly dataDirectory: string;
  /** Test configuration without credentials, journal or permissions; refused on anything but loopback. */
  readonly open: boolean;
  /** Of kinds that could identify people: devices of the others are not let in, so that nothing of them is journalled. */
  readonly approvals: Approvals;
  readonly limits: BrokerLimits;
}

export interface TlsSettings {
  readonly port: number;
  readonly cert: Buffer;
  readonly key: Buffer;
  /** When given, client certificates are asked for and checked against it. */
  readonly ca: Buffer | null;
}

export interface BrokerLimits {
  readonly maxConnections: number;
  /** Connections of one remote address; loopback is exempt, because proxies and simulators live there. */
  readonly maxConnectionsPerAddress: number;
  /** From the accepted socket to the complete CONNECT packet. */
  readonly connectTimeoutMs: number;
  /** Largest CONNECT packet. Before it, nobody knows who is talking. */
  readonly maxConnectBytes: number;
  readonly maxPacketBytes: number;
  readonly maxClientIdLength: number;
  /** Messages a second and the burst above it, for one connection; a gateway has ten times as much, a service has no limit. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** Quotas of devices that have none of their own; see `Quota`. */
  readonly deviceQuotas: QuotaDefaults;
  readonly maxSubscriptions: number;
  /** Journalled messages of one connection that wait for their fsync before its socket is read again. */
  readonly maxUnacknowledged: number;
  /** Payload bytes of all connections that wait for their fsync before no socket is read any more. */
  readonly maxUnacknowledgedBytes: number;
  /** Bytes that wait for a subscriber that does not read. Beyond it QoS 0 is dropped, and for QoS 1 and 2 the connection is closed. */
  readonly maxOutboundBytes: number;
  /** A subscriber whose socket takes nothing for this long is disconnected. */
  readonly drainTimeoutMs: number;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  readonly maxRetainedMessages: number;
  /** How long a persistent session outlives its connection. */
  readonly sessionExpiryMs: number;
  /** A journal that has been full for this long makes devices' CONNECT be answered with 'server unavailable'. */
  readonly refuseWhenFullMs: number;
  /** Registry changes are looked for this often. */
  readonly registryPollMs: number;
}

export const DEFAULT_LIMITS: BrokerLimits = {
  maxConnections: 20_000,
  maxConnectionsPerAddress: 1_000,
  connectTimeoutMs: 10_000,
  maxConnectBytes: 16 * 1024,
  maxPacketBytes: 256 * 1024,
  maxClientIdLength: 128,
  messagesPerSecond: 5_000,
  messageBurst: 10_000,
  deviceQuotas: { fallback: DEFAULT_QUOTA, byKind: new Map() },
  maxSubscriptions: 200,
  maxUnacknowledged: 4_096,
  maxUnacknowledgedBytes: 64 * 1024 * 1024,
  maxOutboundBytes: 4 * 1024 * 1024,
  drainTimeoutMs: 5_000,
  maxQueuedMessages: 1_000,
  maxQueuedBytes: 4 * 1024 * 1024,
  maxRetainedMessages: 500_000,
  sessionExpiryMs: 24 * 3_600_000,
  refuseWhenFullMs: 10_000,
  registryPollMs: 1_000,
};

/** Defaults over one data directory. */
export function defaultSettings(dataDirectory: string): BrokerSettings {
  return {
    host: '127.0.0.1',
    port: 1883,
    tls: null,
    webSocketPath: join(dataDirectory, 'run', 'mqtt-ws.sock'),
    webSocketPort: null,
    dataDirectory,
    open: false,
    approvals: new Map(),
    limits: DEFAULT_LIMITS,
  };
}

import type { Duplex } from 'node:stream';
import type { Clock, QuotaMeter } from '#core';
import type { Principal } from '#identity';
import type { AccessPolicy, ClientCertificate } from '../access/access-policy.js';
import type { BrokerCounters } from '../broker-counters.js';
import type { BrokerLimits } from '../broker-settings.js';
import { parseSubscribe, refusingSuback } from '../lane/subscribe-packet.js';
import { type ForwardedMessage, type LaneContext, type LaneOwner, TelemetryLane } from '../lane/telemetry-lane.js';
import { PacketType } from './packet-frame.js';
import { PacketGate, type PacketInspector, type Violation } from './packet-gate.js';
import { TokenBucket } from './token-bucket.js';

export type Transport = 'tcp' | 'tls' | 'websocket';

/** Where a connection came from, as the listener saw it. */
export interface Origin {
  readonly address: string;
  readonly transport: Transport;
  readonly certificate: ClientCertificate | null;
}

/** What a connection asks of the broker that holds it. */
export interface ConnectionHost {
  readonly lane: LaneContext;
  readonly policy: AccessPolicy;
  readonly limits: BrokerLimits;
  readonly counters: BrokerCounters;
  readonly clock: Clock;
  forward(connection: Connection, message: ForwardedMessage): void;
  violation(connection: Connection, reason: Violation): void;
  subscriptionDenied(connection: Connection, filter: string, reason: string): void;
  journalFailed(connection: Connection, error: Error): void;
  /** Packets came that the engine will not see: the keep-alive timer has to hear of them [MQTT-3.1.2-24]. */
  alive(connection: Connection): void;
  subscriptionCount(connection: Connection): number;
  /** The device sends more than its quota and is not read for a while. */
  heldBack(connection: Connection): void;
}

/** Largest body that the API takes as one message. */
const HTTP_BODY_BYTES = 256 * 1024;
const ENVELOPE_BYTES = 64 * 1024;
/** Messages a second that one principal may send. */
const GATEWAY_FACTOR = 10;
/** A device above its quota is read in strokes, not message by message. */
const MIN_PAUSE_MS = 100;
/** While it is not read, its keep-alive cannot be either, which is not its fault. */
const MAX_PAUSE_MS = 5_000;

/** One client from its socket to its principal: what the packet gate and the telemetry lane are told about it. */
export class Connection implements PacketInspector, LaneOwner {
  /** Null until CONNECT was accepted. */
  principal: Principal | null = null;
  /** User name of CONNECT; names the credential in caches and logs. */
  username: string | null = null;
  clientId: string | null = null;
  /** What the credential stood for at CONNECT; see {@link AccessPolicy.standing}. */
  standing: string | null = null;
  /** The key that was shown at CONNECT, as the registry keeps it; null for whoever showed something else. */
  keyHash: string | null = null;
  readonly lane: TelemetryLane;
  private readonly gate: PacketGate;
  private bucket: TokenBucket | null = null;
  private quota: QuotaMeter | null = null;
  private publishes = 0;
  private keyTimer: NodeJS.Timeout | null = null;
  private rateTimer: NodeJS.Timeout | null = null;
  private readonly connectTimer: NodeJS.Timeout;
  private stopped = false;
  private readonly resume = (): void => this.gate.resume();

  constructor(
    readonly socket: Duplex,
    readonly origin: Origin,
    private readonly host: ConnectionHost,
  ) {
    this.lane = new TelemetryLane(this, host.lane);
    this.gate = new PacketGate(socket, this, host.limits);
    this.connectTimer = setTimeout(() => this.checkConnect(), host.limits.connectTimeoutMs);
    socket.once('close', () => this.release());
  }

  accepted(principal: Principal, username: string, standing: string | null, keyHash: string | null): void {
    this.principal = principal;
    this.username = username;
    this.clientId = principal.clientId;
    this.standing = standing;
    this.keyHash = keyHash;
    const { limits, clock } = this.host;
    const factor = principal.type === 'service' ? Infinity : principal.type === 'gateway' ? GATEWAY_FACTOR : 1;
    this.bucket = new TokenBucket(limits.messagesPerSecond * factor, limits.messageBurst * factor, clock.monotonic());
  }

  /** What it sends counts against this from now on. */
  meterBy(quota: QuotaMeter): void {
    this.quota = quota;
  }

  /** Runs `then` when the key that was shown ends; the last call counts. */
  endsIn(ms: number, then: () => void): void {
    if (this.keyTimer !== null) clearTimeout(this.keyTimer);
    this.keyTimer = this.socket.destroyed ? null : setTimeout(then, ms);
  }

  /** CONNACK is on its way: packets behind CONNECT may pass. */
  open(): void {
    clearTimeout(this.connectTimer);
    this.gate.open();
  }

  /** The credential is not valid any more: nothing is delivered or published in its name, a will included. */
  revoke(): void {
    this.principal = null;
    this.stopped = true;
    this.lane.forget();
  }

  /** Reads nothing more; what was taken is still acknowledged. */
  stopReading(): void {
    this.stopped = true;
  }

  ready(): boolean {
    if (this.stopped || this.rateTimer !== null || this.lane.full()) return false;
    if (this.socket.writableNeedDrain) {
      // A client that does not read its acknowledgements is not read either.
      this.socket.once('drain', this.resume);
      return false;
    }
    const { budget } = this.host.lane;
    if (budget.exceeded()) {
      budget.whenFree(this.resume);
      return false;
    }
    if (this.quota !== null && this.quota.allowance(this.host.clock.monotonic()) < 1) {
      this.holdBack(this.quota);
      return false;
    }
    this.lane.beginChunk();
    return true;
  }

  allowance(): number {
    return this.quota === null ? Infinity : Math.max(1, this.quota.allowance(this.host.clock.monotonic()));
  }

  /**
   * Services pass on what came over HTTP, whose limit is not ours, and dead letters with what is known of them: a packet of theirs that is
   * refused would end the connection that all their messages share.
   */
  maxPacketBytes(): number {
    const { maxPacketBytes } = this.host.limits;
    return this.principal?.type === 'service'
      ? 2 * Math.max(maxPacketBytes, HTTP_BODY_BYTES) + ENVELOPE_BYTES
      : maxPacketBytes;
  }

  packet(data: Buffer, start: number, body: number, end: number): boolean {
    if (this.principal === null) return false;
    switch (data[start]! >> 4) {
      case PacketType.publish:
        this.publishes++;
        return this.lane.packet(data, start, body, end);
      case PacketType.subscribe:
        return this.refuseSubscribe(data, body, end);
      default:
        return false;
    }
  }

  claims(data: Buffer, start: number, body: number, end: number): boolean {
    return (
      this.principal !== null && data[start]! >> 4 === PacketType.publish && this.lane.claims(data, start, body, end)
    );
  }

  taken(packets: number, bytes: number): void {
    this.host.counters.bytes += bytes;
    if (packets === 0) return;
    this.host.alive(this);
    const now = this.host.clock.monotonic();
    const { publishes } = this;
    this.publishes = 0;
    // What only keeps the connection alive costs nothing of the quota.
    if (publishes > 0) this.quota?.take(publishes, bytes, now);
    const wait = this.bucket?.take(packets, now) ?? 0;
    if (wait > 0) this.pauseFor(wait);
  }

  violation(reason: Violation): void {
    this.host.violation(this, reason);
  }

  forward(message: ForwardedMessage): void {
    this.host.forward(this, message);
  }

  journalFailed(error: Error): void {
    this.host.journalFailed(this, error);
  }

  roomAgain(): void {
    this.gate.resume();
  }

  /**
   * Timers run before sockets are read: when ten thousand devices come at once, a CONNECT may have been waiting in the
   * kernel for longer than the time-out. So sockets are read once more before the peer is blamed (THREATS 24).
   */
  private checkConnect(): void {
    setImmediate(() => {
      if (!this.gate.silent || this.socket.destroyed) return;
      this.socket.destroy();
      this.violation('connect-timeout');
    });
  }

  private holdBack(quota: QuotaMeter): void {
    const now = this.host.clock.monotonic();
    quota.throttle(now);
    this.host.heldBack(this);
    this.host.alive(this);
    this.pauseFor(Math.min(Math.max(quota.wait(now), MIN_PAUSE_MS), MAX_PAUSE_MS));
  }

  private pauseFor(ms: number): void {
    this.rateTimer = setTimeout(() => {
      this.rateTimer = null;
      this.gate.resume();
    }, ms);
  }

  /**
   * The engine decides filter by filter, and stores all filters of a packet when the first is granted, so that a persistent
   * session would get the denied ones later (THREATS 5). So one denied filter refuses the whole packet, here.
   */
  private refuseSubscribe(data: Buffer, body: number, end: number): boolean {
    const request = parseSubscribe(data, body, end);
    if (request === null) return false;
    const denied = this.firstDenied(request.filters);
    if (denied === null) return false;
    this.host.subscriptionDenied(this, denied.filter, denied.reason);
    this.lane.inOrder(() => {
      if (this.socket.writable) this.socket.write(refusingSuback(request));
    });
    return true;
  }

  private firstDenied(filters: readonly string[]): { filter: string; reason: string } | null {
    if (this.host.subscriptionCount(this) + filters.length > this.host.limits.maxSubscriptions) {
      return { filter: filters[0]!, reason: 'too-many-subscriptions' };
    }
    for (const filter of filters) {
      const decision = this.host.policy.maySubscribe(this.principal!, filter);
      if (!decision.allowed) return { filter, reason: decision.reason };
    }
    return null;
  }

  private release(): void {
    this.stopped = true;
    clearTimeout(this.connectTimer);
    if (this.rateTimer !== null) clearTimeout(this.rateTimer);
    if (this.keyTimer !== null) clearTimeout(this.keyTimer);
    this.rateTimer = null;
    this.host.lane.budget.forget(this.resume);
  }
}

import type { Duplex } from 'node:stream';
import type { Principal } from '#identity';
import type { Clock } from '#core';
import type { Journal } from '#journal';
import type { AccessPolicy } from '../access/access-policy.js';
import type { BrokerCounters } from '../broker-counters.js';
import { Acknowledgements } from './acknowledgements.js';
import type { InflightBudget } from './inflight-budget.js';
import type { TelemetryInterest } from './telemetry-interest.js';

/** A message that somebody subscribed to, handed on after it is durable. */
export interface ForwardedMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
}

/** What all lanes share. */
export interface LaneContext {
  readonly journal: Journal;
  readonly policy: AccessPolicy;
  readonly interest: TelemetryInterest;
  readonly budget: InflightBudget;
  readonly counters: BrokerCounters;
  readonly clock: Clock;
  readonly maxUnacknowledged: number;
}

/** What a lane asks of its connection. */
export interface LaneOwner {
  readonly socket: Duplex;
  readonly principal: Principal | null;
  forward(message: ForwardedMessage): void;
  /** The journal will never hold the record: the peer must not be told otherwise. */
  journalFailed(error: Error): void;
  /** There is room again after {@link TelemetryLane.full}. */
  roomAgain(): void;
}

interface Route {
  readonly topic: string;
  /** Null: not for this lane; the engine decides. */
  readonly source: string | null;
  /** Interest revision that `wanted` was found for. */
  revision: number;
  wanted: boolean;
}

/** Everything in flight, oldest first: a PUBACK that is due, a QoS 0 message, or something that has to wait its turn. */
interface Waiting {
  readonly messageId: number;
  readonly bytes: number;
  readonly forward: ForwardedMessage | null;
}

const MAX_ROUTES = 1_024;

/**
 * The way of a telemetry message from the socket to the journal and of its PUBACK back, around the MQTT engine.
 *
 * A QoS 0 or 1 PUBLISH without the retain flag, on a topic that the principal may publish to and that is journalled, needs
 * no session, no routing and no parsing beyond its topic: it is appended, and acknowledged after the group commit. The
 * engine would acknowledge only after `authorizePublish` as well, but spends several times the work on each message.
 * Everything else, every denial included, is left to the engine (`packet` returns false).
 */
export class TelemetryLane {
  private readonly acknowledgements: Acknowledgements;
  private readonly routes = new Map<string, Route>();
  private lastRoute: Route | null = null;
  private lastTopic: Buffer = Buffer.alloc(0);
  private queue: (Waiting | (() => void))[] = [];
  private head = 0;
  private pendingRecords = 0;
  private wasFull = false;
  private receivedAt = 0;
  private failed = false;
  private readonly settle = (error: Error | null): void => this.onDurable(error);

  constructor(
    private readonly owner: LaneOwner,
    private readonly shared: LaneContext,
  ) {
    this.acknowledgements = new Acknowledgements(owner.socket);
  }

  /** Records that wait for their fsync. */
  get unacknowledged(): number {
    return this.pendingRecords;
  }

  full(): boolean {
    this.wasFull = this.pendingRecords >= this.shared.maxUnacknowledged;
    return this.wasFull;
  }

  /** Messages of one chunk share their time of receipt. */
  beginChunk(): void {
    this.receivedAt = 0;
  }

  /** Whether the lane takes this PUBLISH packet. */
  claims(data: Buffer, start: number, body: number, end: number): boolean {
    const flags = data[start]! & 0x0f;
    const qos = (flags >> 1) & 0x03;
    if (qos > 1 || (flags & 0x01) !== 0 || body + 2 > end) return false;
    const topicEnd = topicEndOf(data, body);
    if (topicEnd + qos * 2 > end) return false;
    if (qos === 1 && messageIdAt(data, topicEnd) === 0) return false; // [MQTT-2.3.1-1]
    return this.owner.principal !== null && this.route(this.owner.principal, data, body + 2, topicEnd).source !== null;
  }

  /** Takes a PUBLISH packet if it is one for the journal; see {@link PacketInspector.packet}. */
  packet(data: Buffer, start: number, body: number, end: number): boolean {
    if (!this.claims(data, start, body, end)) return false;
    const topicEnd = topicEndOf(data, body);
    const assured = (data[start]! & 0x02) !== 0;
    const messageId = assured ? messageIdAt(data, topicEnd) : 0;
    this.append(this.lastRoute!, data.subarray(assured ? topicEnd + 2 : topicEnd, end), messageId);
    return true;
  }

  /** Runs `action` when everything taken before it has been acknowledged, at once when nothing is in flight. */
  inOrder(action: () => void): void {
    if (this.head === this.queue.length) {
      this.acknowledgements.flush();
      action();
    } else this.queue.push(action);
  }

  /** Journals a message that the engine holds (QoS 2, retained, a will); `durable` runs in its turn, and never after a failure. */
  journal(source: string, topic: string, payload: Buffer, durable: () => void): void {
    this.queue.push({ messageId: 0, bytes: payload.length, forward: null }, durable);
    this.submit(source, topic, payload, this.shared.clock.now());
  }

  /** Drops cached permissions, after the principal's rights may have changed. */
  forget(): void {
    this.routes.clear();
    this.lastRoute = null;
  }

  private append(route: Route, payload: Buffer, messageId: number): void {
    const { shared } = this;
    if (this.receivedAt === 0) this.receivedAt = shared.clock.now();
    if (route.revision !== shared.interest.revision) {
      route.revision = shared.interest.revision;
      route.wanted = shared.interest.in(route.topic);
    }
    const forward: ForwardedMessage | null = route.wanted
      ? { topic: route.topic, payload, qos: messageId === 0 ? 0 : 1 }
      : null;
    this.queue.push({ messageId, bytes: payload.length, forward });
    this.submit(route.source!, route.topic, payload, this.receivedAt);
  }

  private submit(source: string, topic: string, payload: Buffer, receivedAt: number): void {
    this.pendingRecords++;
    this.shared.budget.take(payload.length);
    this.shared.counters.messages++;
    this.shared.journal.append({ source, topic, payload, receivedAt }, this.settle);
  }

  /** The journal settles records in the order in which they were appended. */
  private onDurable(error: Error | null): void {
    const settled = this.queue[this.head++] as Waiting;
    this.pendingRecords--;
    this.shared.budget.give(settled.bytes);
    if (error !== null) {
      this.failed = true;
      this.owner.journalFailed(error);
    } else if (!this.failed) {
      if (settled.messageId !== 0) {
        this.shared.counters.acknowledged++;
        this.acknowledgements.add(settled.messageId);
      }
      if (settled.forward !== null) this.owner.forward(settled.forward);
    }
    this.runActions();
    this.compact();
    if (this.wasFull && this.pendingRecords <= this.shared.maxUnacknowledged / 2) {
      this.wasFull = false;
      this.owner.roomAgain();
    }
  }

  private runActions(): void {
    let next = this.queue[this.head];
    if (typeof next !== 'function') return;
    this.acknowledgements.flush();
    while (typeof next === 'function') {
      this.head++;
      if (!this.failed) next();
      next = this.queue[this.head];
    }
  }

  private compact(): void {
    if (this.head === this.queue.length) {
      if (this.head !== 0) this.queue = [];
      this.head = 0;
    } else if (this.head >= 1_024) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
  }

  /** The route of the topic, which becomes the last one. */
  private route(principal: Principal, data: Buffer, start: number, end: number): Route {
    if (this.lastRoute !== null && this.isLastTopic(data, start, end)) return this.lastRoute;
    const topic = data.toString('utf8', start, end);
    let route = this.routes.get(topic);
    if (route === undefined) {
      if (this.routes.size >= MAX_ROUTES) this.routes.clear();
      const allowed = this.shared.policy.mayPublish(principal, topic).allowed;
      route = {
        topic,
        source: allowed ? this.shared.policy.journalSource(principal, topic) : null,
        revision: 0,
        wanted: false,
      };
      this.routes.set(topic, route);
    }
    this.lastRoute = route;
    this.lastTopic = Buffer.from(data.subarray(start, end));
    return route;
  }

  private isLastTopic(data: Buffer, start: number, end: number): boolean {
    const { lastTopic } = this;
    if (lastTopic.length !== end - start) return false;
    // Topics of one client differ at their end, if at all.
    for (let i = lastTopic.length - 1, at = end - 1; i >= 0; i--, at--) if (lastTopic[i] !== data[at]) return false;
    return true;
  }
}

function topicEndOf(data: Buffer, body: number): number {
  return body + 2 + ((data[body]! << 8) | data[body + 1]!);
}

function messageIdAt(data: Buffer, at: number): number {
  return (data[at]! << 8) | data[at + 1]!;
}

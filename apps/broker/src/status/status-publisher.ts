import { type Clock, type ServiceStatus, serviceTopic, STATUS_INTERVAL_MS } from '#core';
import type { JournalState } from '#journal';
import type { BrokerCounters } from '../broker-counters.js';
import type { ConnectionTable } from '../front/connection-table.js';
import type { InflightBudget } from '../lane/inflight-budget.js';
import type { MqttEngine } from '../mqtt/mqtt-engine.js';
import type { RetainedMessages } from '../mqtt/retained-messages.js';
import type { QuotaBook } from '../quota/quota-book.js';
import type { JournalHealth } from './journal-health.js';

/** Says every second how the broker is, on its own status topic. */
export class StatusPublisher {
  private readonly startedAt: number;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly engine: MqttEngine,
    private readonly health: JournalHealth,
    private readonly counters: BrokerCounters,
    private readonly table: ConnectionTable,
    private readonly budget: InflightBudget,
    private readonly retained: RetainedMessages,
    private readonly quotas: QuotaBook,
    private readonly clock: Clock,
  ) {
    this.startedAt = clock.now();
  }

  start(): void {
    this.publish();
    this.timer = setInterval(() => this.publish(), STATUS_INTERVAL_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** The broker as it is now. */
  status(): ServiceStatus {
    const journal = this.health.look();
    return {
      service: 'broker',
      state: journal.condition === 'writable' ? 'up' : 'degraded',
      ...(journal.condition === 'writable'
        ? {}
        : {
            reason: `The journal is ${journal.condition}${journal.reason === undefined ? '' : `: ${journal.reason}`}`,
          }),
      pid: process.pid,
      startedAt: this.startedAt,
      at: this.clock.now(),
      metrics: this.metrics(journal),
    };
  }

  private publish(): void {
    this.engine.publish(serviceTopic('broker'), JSON.stringify(this.status()), true);
  }

  private metrics(journal: JournalState): Record<string, number> {
    const { counters } = this;
    return {
      broker_connections: this.table.size,
      broker_messages_total: counters.messages,
      broker_acknowledged_total: counters.acknowledged,
      broker_bytes_total: counters.bytes,
      broker_refused_total: counters.refusedTotal,
      broker_denied_total: counters.denied,
      broker_dropped_deliveries_total: counters.droppedForSubscribers,
      broker_quota_throttled_devices: this.quotas.throttled(),
      broker_quota_held_back_total: counters.heldBack,
      broker_unacknowledged_bytes: this.budget.used,
      broker_retained_messages: this.retained.size,
      journal_next_sequence: journal.nextSequence,
      journal_bytes: journal.bytes,
      journal_max_bytes: journal.maxBytes,
      journal_full: journal.condition === 'full' ? 1 : 0,
      journal_writable: journal.condition === 'unwritable' ? 0 : 1,
      journal_corrupt_records_total: journal.corruptRecords,
    };
  }
}

import { Injectable } from '@nestjs/common';
import type { JournalState } from '#journal';
import { Health, type StatusReport } from '#service';
import { BrokerCounters } from '../broker-counters.js';
import { ConnectionTable } from '../front/connection-table.js';
import { InflightBudget } from '../lane/inflight-budget.js';
import { RetainedMessages } from '../mqtt/retained-messages.js';
import { QuotaBook } from '../quota/quota-book.js';
import { JournalHealth } from './journal-health.js';

export const SERVICE = 'broker';

/** How the broker is, for its status. */
@Injectable()
export class BrokerStatus {
  constructor(
    private readonly journal: JournalHealth,
    private readonly health: Health,
    private readonly counters: BrokerCounters,
    private readonly table: ConnectionTable,
    private readonly budget: InflightBudget,
    private readonly retained: RetainedMessages,
    private readonly quotas: QuotaBook,
  ) {}

  report(): StatusReport {
    const journal = this.journal.look();
    const metrics = this.metrics(journal);
    if (journal.condition === 'writable') return { ...this.health.report, metrics };
    const why = journal.reason === undefined ? '' : `: ${journal.reason}`;
    return { state: 'degraded', reason: `The journal is ${journal.condition}${why}`, metrics };
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

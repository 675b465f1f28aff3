import type { Logger } from 'pino';
import type { Clock } from '#core';
import type { JournalReader } from '#journal';
import type { AlarmRepository, EvaluationChange, StateRepository } from '#registry';
import { INGEST_CONSUMER, type TelemetryQueries } from '#timeseries';

/** Name of the watch's document in the registry's state: the id of the alarm that is active, or nothing. */
const LEDGER_STATE = 'alerts/ledger';
/** A first disagreement may be a reading of two moments; a fault stays. */
const CONFIRMATIONS = 3;

const TITLES = {
  en: 'Ledger does not balance: messages unaccounted for',
  'zh-Hant': '訊息帳目不符：有訊息下落不明',
  'zh-Hans': '消息账目不符：有消息下落不明',
};

export interface LedgerWatchParts {
  readonly journal: Pick<JournalReader, 'tally' | 'state'>;
  readonly store: Pick<TelemetryQueries, 'outcomes' | 'position'>;
  readonly alarms: Pick<AlarmRepository, 'applyEvaluation'>;
  readonly state: Pick<StateRepository, 'get'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onTransitions: () => void;
}

/**
 * Raises an alarm of its own when the journal's tally and the store's outcomes disagree (THREATS, the ledger). The two sides
 * are counted independently, so a loss by either shows.
 */
export class LedgerWatch {
  private confirmations = 0;

  constructor(private readonly parts: LedgerWatchParts) {}

  async check(): Promise<void> {
    const unaccounted = await this.unaccounted();
    if (unaccounted === null) return;
    this.confirmations = unaccounted === 0 ? 0 : this.confirmations + 1;
    if (unaccounted !== 0 && this.confirmations < CONFIRMATIONS) return;
    const active = (await this.parts.state.get(LEDGER_STATE)) ?? '';
    if ((unaccounted !== 0) === (active !== '')) return;
    await this.report(unaccounted, active);
  }

  /** Messages that are neither settled nor waiting; null when either side moved while it was read. */
  private async unaccounted(): Promise<number | null> {
    const { store, journal } = this.parts;
    const before = await store.position(INGEST_CONSUMER);
    const [outcomes] = await store.outcomes({ groupBy: 'total' });
    const after = await store.position(INGEST_CONSUMER);
    if (before?.nextSequence !== after?.nextSequence) return null;
    const head = journal.state().nextSequence;
    const journalled = (await journal.tally({})).reduce((sum, entry) => sum + entry.messages, 0);
    if (journal.state().nextSequence !== head) return null;
    const settled =
      outcomes === undefined
        ? 0
        : Object.values(outcomes.deadLetters).reduce((sum, n) => sum + n, outcomes.stored + outcomes.duplicates);
    const backlog = Math.max(0, head - (after?.nextSequence ?? 0));
    return journalled - settled - backlog;
  }

  private async report(unaccounted: number, active: string): Promise<void> {
    const { alarms, clock, logger, onTransitions } = this.parts;
    const now = clock.now();
    const reason = unaccounted === 0 ? 'every message is accounted for' : `${unaccounted} messages are unaccounted for`;
    logger[unaccounted === 0 ? 'info' : 'error']({ unaccounted }, reason);
    const change =
      unaccounted === 0
        ? ({ type: 'clear', alarm: active, eventTime: now, value: 0, reason } as const)
        : raised(now, unaccounted, reason);
    const state = change.type === 'raise' ? change.alarm.id : '';
    await alarms.applyEvaluation([change], { name: LEDGER_STATE, state });
    onTransitions();
  }
}

function raised(now: number, unaccounted: number, reason: string): EvaluationChange & { type: 'raise' } {
  return {
    type: 'raise',
    reason,
    alarm: {
      id: `ledger-unaccounted:lamplighter:${now}`,
      rule: 'ledger-unaccounted',
      device: 'lamplighter',
      kind: 'platform',
      department: 'platform',
      district: '',
      severity: 'critical',
      metric: null,
      titles: TITLES,
      raisedAt: now,
      value: unaccounted,
      limit: 0,
    },
  };
}

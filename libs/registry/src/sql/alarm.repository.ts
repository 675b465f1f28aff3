import type { Selectable, Transaction } from 'kysely';
import type {
  Alarm,
  AlarmQuery,
  AlarmRepository,
  AlarmTransition,
  EvaluationChange,
  TransitionType,
} from '../alarms.js';
import { AlarmLedger } from './alarm-ledger.js';
import { toAlarm, toAlarmRow } from './alarm-row.js';
import { chunksOf, type SqlContext } from './context.js';
import type { RegistrySchema, TransitionRow } from './schema.js';
import { putState } from './state.repository.js';

type NewTransition = Omit<AlarmTransition, 'id'>;

export class SqlAlarmRepository implements AlarmRepository {
  constructor(private readonly context: SqlContext) {}

  async get(id: string): Promise<Alarm | null> {
    const row = await this.context.db.selectFrom('alarms').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toAlarm(row);
  }

  async list(query: AlarmQuery): Promise<Alarm[]> {
    const { departments, after } = query;
    let select = this.context.db
      .selectFrom('alarms')
      .selectAll()
      .orderBy('raised_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit);
    if (departments !== null)
      select = select.where((eb) => this.context.dialect.isOneOf(eb.ref('department'), departments));
    if (query.active !== undefined) select = select.where('active', '=', Number(query.active));
    if (query.acknowledged !== undefined) select = select.where('acknowledged', '=', Number(query.acknowledged));
    if (query.device !== undefined) select = select.where('device', '=', query.device);
    if (query.kind !== undefined) select = select.where('kind', '=', query.kind);
    if (query.severity !== undefined) select = select.where('severity', '=', query.severity);
    if (query.from !== undefined) select = select.where('raised_at', '>=', query.from);
    if (query.to !== undefined) select = select.where('raised_at', '<', query.to);
    if (after !== undefined) {
      select = select.where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple('raised_at', 'id'),
          '<',
          selectFrom('alarms as last')
            .select(['last.raised_at', 'last.id'])
            .where('last.id', '=', after)
            .$asTuple('raised_at', 'id'),
        ),
      );
    }
    return (await select.execute()).map(toAlarm);
  }

  async timeline(alarm: string): Promise<AlarmTransition[]> {
    const rows = await this.context.db
      .selectFrom('alarm_transitions')
      .selectAll()
      .where('alarm', '=', alarm)
      .orderBy('id')
      .execute();
    return rows.map(toTransition);
  }

  async transitions(after: number, limit: number): Promise<AlarmTransition[]> {
    const rows = await this.context.db
      .selectFrom('alarm_transitions')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(toTransition);
  }

  async lastTransitionId(): Promise<number> {
    const row = await this.context.db
      .selectFrom('alarm_transitions')
      .select((eb) => eb.fn.max('id').as('id'))
      .executeTakeFirst();
    return row?.id ?? 0;
  }

  applyEvaluation(
    changes: readonly EvaluationChange[],
    consumer: { name: string; state: string },
  ): Promise<AlarmTransition[]> {
    return this.write(async (transaction) => {
      const ledger = new AlarmLedger(await this.load(transaction, changes), this.context.clock.now());
      for (const change of changes) ledger.apply(change);
      await save(transaction, ledger.changed());
      const transitions = await append(transaction, ledger.transitions);
      await putState(transaction, consumer.name, consumer.state, this.context.clock.now());
      return transitions;
    });
  }

  acknowledge(id: string, actor: string, reason: string | null): Promise<Alarm | null> {
    return this.byPerson(id, 'acknowledged', actor, reason);
  }

  comment(id: string, actor: string, text: string): Promise<Alarm | null> {
    return this.byPerson(id, 'commented', actor, text);
  }

  private byPerson(id: string, type: TransitionType, actor: string, reason: string | null): Promise<Alarm | null> {
    return this.write(async (transaction) => {
      const row = await transaction.selectFrom('alarms').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) return null;
      const before = toAlarm(row);
      if (type === 'acknowledged' && before.acknowledged) return before;
      const alarm: Alarm = type === 'acknowledged' ? { ...before, acknowledged: true } : before;
      if (alarm !== before) await save(transaction, [alarm]);
      const at = this.context.clock.now();
      await append(transaction, [{ alarm: id, type, at, eventTime: at, actor, reason, snapshot: alarm }]);
      return alarm;
    });
  }

  /** Writers of alarms take turns: an acknowledgement meets either the alarm before an evaluation or the one after it. */
  private write<T>(action: (transaction: Transaction<RegistrySchema>) => Promise<T>): Promise<T> {
    return this.context.db.transaction().execute(async (transaction) => {
      await this.context.dialect.lockForAppend(transaction, 'transitions');
      return action(transaction);
    });
  }

  private async load(transaction: Transaction<RegistrySchema>, changes: readonly EvaluationChange[]): Promise<Alarm[]> {
    if (changes.length === 0) return [];
    const ids = changes.map((change) => (change.type === 'raise' ? change.alarm.id : change.alarm));
    const rows = await transaction
      .selectFrom('alarms')
      .selectAll()
      .where((eb) => this.context.dialect.isOneOf(eb.ref('id'), ids))
      .execute();
    return rows.map(toAlarm);
  }
}

async function save(transaction: Transaction<RegistrySchema>, alarms: readonly Alarm[]): Promise<void> {
  for (const chunk of chunksOf(alarms)) {
    await transaction
      .insertInto('alarms')
      .values(chunk.map(toAlarmRow))
      .onConflict((on) =>
        on.column('id').doUpdateSet((eb) => ({
          active: eb.ref('excluded.active'),
          acknowledged: eb.ref('excluded.acknowledged'),
          cleared_at: eb.ref('excluded.cleared_at'),
          value: eb.ref('excluded.value'),
        })),
      )
      .execute();
  }
}

async function append(
  transaction: Transaction<RegistrySchema>,
  transitions: readonly NewTransition[],
): Promise<AlarmTransition[]> {
  const appended: AlarmTransition[] = [];
  for (const chunk of chunksOf(transitions)) {
    const rows = await transaction
      .insertInto('alarm_transitions')
      .values(
        chunk.map(({ alarm, type, at, eventTime, actor, reason, snapshot }) => ({
          alarm,
          type,
          at,
          event_time: eventTime,
          actor,
          reason,
          snapshot: JSON.stringify(snapshot),
        })),
      )
      .returning('id')
      .execute();
    // Neither engine promises the order of `returning`; both number the rows of one insert in their order.
    const ids = rows.map((row) => row.id).sort((a, b) => a - b);
    chunk.forEach((transition, index) => appended.push({ id: ids[index]!, ...transition }));
  }
  return appended;
}

function toTransition(row: Selectable<TransitionRow>): AlarmTransition {
  return {
    id: row.id,
    alarm: row.alarm,
    type: row.type,
    at: row.at,
    eventTime: row.event_time,
    actor: row.actor,
    reason: row.reason,
    snapshot: JSON.parse(row.snapshot) as Alarm,
  };
}

import type { Selectable } from 'kysely';
import type { Downlink, DownlinkEvent, DownlinkRepository, DownlinkStatus, NewDownlink } from '../downlinks.js';
import type { SqlContext } from './context.js';
import type { DownlinkRow } from './schema.js';

export class SqlDownlinkRepository implements DownlinkRepository {
  constructor(private readonly context: SqlContext) {}

  async create(downlink: NewDownlink): Promise<Downlink> {
    const made: Downlink = {
      ...downlink,
      status: 'queued',
      queuedAt: this.context.clock.now(),
      sentAt: null,
      acknowledgedAt: null,
      failedAt: null,
      reason: null,
    };
    await this.context.db
      .transaction()
      .execute((transaction) => transaction.insertInto('downlinks').values(toRow(made)).execute());
    return made;
  }

  async get(id: string): Promise<Downlink | null> {
    const row = await this.context.db.selectFrom('downlinks').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toDownlink(row);
  }

  async list(query: { device: string; limit: number; after?: string }): Promise<Downlink[]> {
    let select = this.context.db
      .selectFrom('downlinks')
      .selectAll()
      .where('device', '=', query.device)
      .orderBy('queued_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit);
    const last = query.after === undefined ? null : await this.get(query.after);
    if (last !== null) {
      select = select.where((eb) =>
        eb.or([
          eb('queued_at', '<', last.queuedAt),
          eb.and([eb('queued_at', '=', last.queuedAt), eb('id', '<', last.id)]),
        ]),
      );
    }
    return (await select.execute()).map(toDownlink);
  }

  async noteEvent(event: DownlinkEvent): Promise<Downlink | null> {
    return (await this.noteEvents([event]))[0] ?? null;
  }

  noteEvents(events: readonly DownlinkEvent[]): Promise<Downlink[]> {
    if (events.length === 0) return Promise.resolve([]);
    return this.context.db.transaction().execute(async (transaction) => {
      const changed = new Map<string, Downlink>();
      for (const event of events) {
        const select = transaction.selectFrom('downlinks').selectAll().where('id', '=', event.id);
        const row = await this.context.dialect.readToChange(select).executeTakeFirst();
        if (row === undefined) continue;
        const before = toDownlink(row);
        const after = applied(before, event);
        if (after === before) continue;
        await transaction.updateTable('downlinks').set(toRow(after)).where('id', '=', event.id).execute();
        changed.set(event.id, after);
      }
      return [...changed.values()];
    });
  }
}

/** The downlink after the event; the same object when it says nothing new. */
function applied(before: Downlink, event: DownlinkEvent): Downlink {
  const { type, at, reason = null } = event;
  const steps = {
    sentAt: type === 'sent' ? (before.sentAt ?? at) : before.sentAt,
    acknowledgedAt: type === 'acknowledged' ? (before.acknowledgedAt ?? at) : before.acknowledgedAt,
    failedAt: type === 'failed' && isNewFailure(before, at) ? at : before.failedAt,
  };
  const status = statusAfter(steps);
  const told = steps.failedAt === before.failedAt ? before.reason : reason;
  const after: Downlink = { ...before, ...steps, status, reason: status === 'sent' ? null : told };
  const fields: (keyof Downlink)[] = ['status', 'sentAt', 'acknowledgedAt', 'failedAt', 'reason'];
  return fields.every((field) => after[field] === before[field]) ? before : after;
}

/** Of failures the last one counts, as long as the device has not acknowledged: a network server may try again and fail again. */
function isNewFailure({ failedAt, acknowledgedAt }: Downlink, at: number): boolean {
  return failedAt === null || (acknowledgedAt === null && at > failedAt);
}

/** By what happened and when, so that the order in which it is told makes no difference. */
function statusAfter({
  sentAt,
  acknowledgedAt,
  failedAt,
}: Pick<Downlink, 'sentAt' | 'acknowledgedAt' | 'failedAt'>): DownlinkStatus {
  if (acknowledgedAt !== null) return 'acknowledged';
  // What was given up here may have been under way: then the network server sends it afterwards.
  if (failedAt !== null && (sentAt === null || sentAt <= failedAt)) return 'failed';
  return sentAt === null ? 'queued' : 'sent';
}

function toRow(downlink: Downlink): DownlinkRow {
  return {
    id: downlink.id,
    device: downlink.device,
    network_server: downlink.networkServer,
    queued_by: downlink.queuedBy,
    f_port: downlink.fPort,
    payload: Buffer.from(downlink.payload).toString('base64'),
    confirmed: downlink.confirmed ? 1 : 0,
    status: downlink.status,
    queued_at: downlink.queuedAt,
    sent_at: downlink.sentAt,
    acknowledged_at: downlink.acknowledgedAt,
    failed_at: downlink.failedAt,
    reason: downlink.reason,
  };
}

function toDownlink(row: Selectable<DownlinkRow>): Downlink {
  return {
    id: row.id,
    device: row.device,
    networkServer: row.network_server,
    queuedBy: row.queued_by,
    fPort: row.f_port,
    payload: new Uint8Array(Buffer.from(row.payload, 'base64')),
    confirmed: row.confirmed === 1,
    status: row.status,
    queuedAt: row.queued_at,
    sentAt: row.sent_at,
    acknowledgedAt: row.acknowledged_at,
    failedAt: row.failed_at,
    reason: row.reason,
  };
}

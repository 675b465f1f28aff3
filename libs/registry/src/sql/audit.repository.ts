import type { AuditEntry, AuditRepository } from '../departments.js';
import type { SqlContext } from './context.js';

export class SqlAuditRepository implements AuditRepository {
  constructor(private readonly context: SqlContext) {}

  async append(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void> {
    const { actor, action, subject } = entry;
    const row = { at: this.context.clock.now(), actor, action, subject, detail: JSON.stringify(entry.detail) };
    await this.context.db.transaction().execute((transaction) => transaction.insertInto('audit').values(row).execute());
  }

  async list(query: { subject?: string; actor?: string; limit: number; before?: number }): Promise<AuditEntry[]> {
    let select = this.context.db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(query.limit);
    if (query.subject !== undefined) select = select.where('subject', '=', query.subject);
    if (query.actor !== undefined) select = select.where('actor', '=', query.actor);
    if (query.before !== undefined) select = select.where('id', '<', query.before);
    const rows = await select.execute();
    return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }));
  }
}

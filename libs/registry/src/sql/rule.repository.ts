import type { Selectable } from 'kysely';
import type { RuleRepository, StoredRule } from '../rules.js';
import { type SqlContext, writeWithChanges } from './context.js';
import type { RuleRow } from './schema.js';

export class SqlRuleRepository implements RuleRepository {
  constructor(private readonly context: SqlContext) {}

  async list(): Promise<StoredRule[]> {
    return (await this.context.db.selectFrom('rules').selectAll().orderBy('id').execute()).map(toRule);
  }

  async get(id: string): Promise<StoredRule | null> {
    const row = await this.context.db.selectFrom('rules').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toRule(row);
  }

  put(rule: Omit<StoredRule, 'updatedAt'>): Promise<StoredRule> {
    const facts = {
      kind: rule.kind,
      department: rule.department,
      device: rule.device,
      enabled: Number(rule.enabled),
      definition: JSON.stringify(rule.definition),
      updated_at: this.context.clock.now(),
    };
    return writeWithChanges(this.context, 'rule', async (transaction) => {
      await transaction
        .insertInto('rules')
        .values({ id: rule.id, ...facts })
        .onConflict((on) => on.column('id').doUpdateSet(facts))
        .execute();
      return { result: toRule({ id: rule.id, ...facts }), changed: [rule.id] };
    });
  }

  remove(id: string): Promise<boolean> {
    return writeWithChanges(this.context, 'rule', async (transaction) => {
      const { numDeletedRows } = await transaction.deleteFrom('rules').where('id', '=', id).executeTakeFirst();
      const removed = numDeletedRows > 0n;
      return { result: removed, changed: removed ? [id] : [] };
    });
  }
}

function toRule(row: Selectable<RuleRow>): StoredRule {
  return {
    id: row.id,
    kind: row.kind,
    department: row.department,
    device: row.device,
    enabled: row.enabled === 1,
    definition: JSON.parse(row.definition) as unknown,
    updatedAt: row.updated_at,
  };
}

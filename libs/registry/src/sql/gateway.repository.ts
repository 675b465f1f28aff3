import type { Selectable } from 'kysely';
import type { NetworkGateway, NetworkGatewayRepository } from '../device-state.js';
import { chunksOf, type SqlContext } from './context.js';
import type { GatewayRow } from './schema.js';

export class SqlGatewayRepository implements NetworkGatewayRepository {
  constructor(private readonly context: SqlContext) {}

  async list({ after, limit }: { readonly after?: number; readonly limit: number }): Promise<NetworkGateway[]> {
    let select = this.context.db.selectFrom('gateways').selectAll().orderBy('number').limit(limit);
    if (after !== undefined) select = select.where('number', '>', after);
    return (await select.execute()).map(toGateway);
  }

  async getMany(numbers: readonly number[]): Promise<NetworkGateway[]> {
    if (numbers.length === 0) return [];
    const rows = await this.context.db
      .selectFrom('gateways')
      .selectAll()
      .where('number', 'in', numbers)
      .orderBy('number')
      .execute();
    return rows.map(toGateway);
  }

  async note(seen: readonly { readonly eui: string; readonly at: number }[]): Promise<ReadonlyMap<string, number>> {
    const heard = new Map<string, { first: number; last: number }>();
    for (const { eui, at } of seen) {
      const known = heard.get(eui);
      heard.set(eui, { first: Math.min(known?.first ?? at, at), last: Math.max(known?.last ?? at, at) });
    }
    const numbers = new Map<string, number>();
    if (heard.size === 0) return numbers;
    await this.context.db.transaction().execute(async (transaction) => {
      for (const chunk of chunksOf([...heard])) {
        const known = await transaction
          .selectFrom('gateways')
          .select(['eui', 'last_seen', 'number'])
          .where((eb) =>
            this.context.dialect.isOneOf(
              eb.ref('eui'),
              chunk.map(([eui]) => eui),
            ),
          )
          .execute();
        for (const { eui, number, last_seen } of known) {
          numbers.set(eui, number);
          const { last } = heard.get(eui)!;
          if (last > last_seen)
            await transaction.updateTable('gateways').set({ last_seen: last }).where('eui', '=', eui).execute();
        }
        const added = chunk.filter(([eui]) => !numbers.has(eui));
        if (added.length === 0) continue;
        // A gateway that another process added meanwhile keeps its number and gives it back all the same.
        const inserted = await transaction
          .insertInto('gateways')
          .values(added.map(([eui, { first, last }]) => ({ eui, first_seen: first, last_seen: last })))
          .onConflict((on) => on.column('eui').doUpdateSet((eb) => ({ eui: eb.ref('excluded.eui') })))
          .returning(['eui', 'number'])
          .execute();
        for (const { eui, number } of inserted) numbers.set(eui, number);
      }
    });
    return numbers;
  }
}

function toGateway({ number, eui, first_seen, last_seen }: Selectable<GatewayRow>): NetworkGateway {
  return { number, eui, firstSeen: first_seen, lastSeen: last_seen };
}

import type { Selectable, Transaction } from 'kysely';
import { LamplighterError } from '#core';
import {
  type DownlinkApi,
  namedApplications,
  type NetworkServer,
  type NetworkServerRepository,
  type NetworkServerType,
  type NewNetworkServer,
} from '../network-servers.js';
import { appendChanges, type SqlContext } from './context.js';
import type { NetworkServerRow, RegistrySchema } from './schema.js';

/** Stands for 'all' among the applications, which no application can be called. */
const ALL = '*';

export class SqlNetworkServerRepository implements NetworkServerRepository {
  constructor(private readonly context: SqlContext) {}

  async get(id: string): Promise<NetworkServer | null> {
    const row = await this.context.db.selectFrom('network_servers').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toServer(row);
  }

  async list(): Promise<NetworkServer[]> {
    const rows = await this.context.db.selectFrom('network_servers').selectAll().orderBy('id').execute();
    return rows.map(toServer);
  }

  async findByApplication(type: NetworkServerType, application: string): Promise<NetworkServer | null> {
    const found = await this.context.db
      .selectFrom('network_applications')
      .select(['application', 'server'])
      .where('type', '=', type)
      .where('application', 'in', [application, ALL])
      .execute();
    const best = found.find((row) => row.application === application) ?? found[0];
    return best === undefined ? null : this.get(best.server);
  }

  create(server: NewNetworkServer): Promise<NetworkServer> {
    const made: NetworkServer = { ...server, createdAt: this.context.clock.now(), lastMessageAt: null };
    return this.context.db.transaction().execute(async (transaction) => {
      await refuseTakenId(transaction, made.id);
      await transaction.insertInto('network_servers').values(toRow(made)).execute();
      await claimApplications(transaction, made);
      await this.noteChange(transaction, made.id);
      return made;
    });
  }

  update(
    id: string,
    change: Partial<Pick<NetworkServer, 'name' | 'applications' | 'downlink'>>,
  ): Promise<NetworkServer | null> {
    return this.context.db.transaction().execute(async (transaction) => {
      const select = transaction.selectFrom('network_servers').selectAll().where('id', '=', id);
      const row = await this.context.dialect.readToChange(select).executeTakeFirst();
      if (row === undefined) return null;
      const after: NetworkServer = { ...toServer(row), ...change };
      await transaction.updateTable('network_servers').set(toRow(after)).where('id', '=', id).execute();
      await transaction.deleteFrom('network_applications').where('server', '=', id).execute();
      await claimApplications(transaction, after);
      await this.noteChange(transaction, id);
      return after;
    });
  }

  heard(sources: ReadonlyMap<string, number>): Promise<void> {
    if (sources.size === 0) return Promise.resolve();
    return this.context.db.transaction().execute(async (transaction) => {
      for (const [id, at] of sources)
        await transaction
          .updateTable('network_servers')
          .set({ last_message_at: at })
          .where('id', '=', id)
          .where((eb) => eb.or([eb('last_message_at', 'is', null), eb('last_message_at', '<', at)]))
          .execute();
    });
  }

  remove(id: string): Promise<boolean> {
    return this.context.db.transaction().execute(async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('network_servers')
        .where('id', '=', id)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      await transaction.deleteFrom('network_applications').where('server', '=', id).execute();
      await transaction.deleteFrom('credentials').where('type', '=', 'gateway').where('username', '=', id).execute();
      await this.noteChange(transaction, id);
      return true;
    });
  }

  /** What its credential may do has changed too; a broker judges its connection again. */
  private async noteChange(transaction: Transaction<RegistrySchema>, id: string): Promise<void> {
    await appendChanges(this.context, transaction, 'network-server', [id]);
    await appendChanges(this.context, transaction, 'credential', [id]);
  }
}

async function refuseTakenId(transaction: Transaction<RegistrySchema>, id: string): Promise<void> {
  const server = await transaction.selectFrom('network_servers').select('id').where('id', '=', id).executeTakeFirst();
  const credential = await transaction
    .selectFrom('credentials')
    .select('username')
    .where('username', '=', id)
    .executeTakeFirst();
  if (server !== undefined || credential !== undefined)
    throw new LamplighterError('conflict', `The id is taken by another network server, gateway or device: ${id}`);
}

/** What a city does that has two servers of one type. */
const ADVICE: Readonly<Record<NetworkServerType, string>> = {
  chirpstack:
    ' Leave the applications out: a second ChirpStack then gets topics of its own, on which names do not meet.',
  'things-stack': ' Name the tenant behind an @ when it is another installation.',
  http: ' Give it another name; it is chosen here, not by the network server.',
};

async function claimApplications(transaction: Transaction<RegistrySchema>, server: NetworkServer): Promise<void> {
  const applications = server.applications === 'all' ? [ALL] : [...new Set(namedApplications(server))];
  if (applications.length === 0) return;
  const taken = await transaction
    .selectFrom('network_applications')
    .select(['application', 'server'])
    .where('type', '=', server.type)
    .where('application', 'in', applications)
    .execute();
  if (taken.length > 0) {
    const named = taken.map((row) =>
      row.application === ALL ? `'all' (${row.server})` : `${row.application} (${row.server})`,
    );
    throw new LamplighterError(
      'conflict',
      `An application belongs to one network server only; taken: ${named.join(', ')}.${ADVICE[server.type]}`,
    );
  }
  await transaction
    .insertInto('network_applications')
    .values(applications.map((application) => ({ type: server.type, application, server: server.id })))
    .execute();
}

function toRow(server: NetworkServer): NetworkServerRow {
  return {
    id: server.id,
    type: server.type,
    name: server.name,
    applications: JSON.stringify(server.applications),
    downlink: server.downlink === null ? null : JSON.stringify(server.downlink),
    created_at: server.createdAt,
    last_message_at: server.lastMessageAt,
  };
}

function toServer(row: Selectable<NetworkServerRow>): NetworkServer {
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    applications: JSON.parse(row.applications) as NetworkServer['applications'],
    downlink: row.downlink === null ? null : (JSON.parse(row.downlink) as DownlinkApi),
    createdAt: row.created_at,
    lastMessageAt: row.last_message_at,
  };
}

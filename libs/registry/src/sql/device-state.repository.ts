import type { Transaction } from 'kysely';
import {
  changedState,
  combinedChange,
  type DeviceState,
  type DeviceStateChange,
  type DeviceStateRepository,
} from '../device-state.js';
import { chunksOf, type SqlContext } from './context.js';
import type { RegistrySchema } from './schema.js';

export class SqlDeviceStateRepository implements DeviceStateRepository {
  constructor(private readonly context: SqlContext) {}

  async get(device: string): Promise<DeviceState | null> {
    return (await this.getMany([device]))[0] ?? null;
  }

  async getMany(devices: readonly string[]): Promise<DeviceState[]> {
    if (devices.length === 0) return [];
    const rows = await this.context.db
      .selectFrom('device_state')
      .selectAll()
      .where((eb) => this.context.dialect.isOneOf(eb.ref('device'), devices))
      .orderBy('device')
      .execute();
    return rows.map((row) => JSON.parse(row.state) as DeviceState);
  }

  async apply(changes: readonly DeviceStateChange[]): Promise<void> {
    const byDevice = new Map<string, DeviceStateChange>();
    for (const change of changes) {
      const known = byDevice.get(change.device);
      byDevice.set(change.device, known === undefined ? change : combinedChange(known, change));
    }
    if (byDevice.size === 0) return;
    await this.context.db.transaction().execute(async (transaction) => {
      for (const chunk of chunksOf([...byDevice.values()])) await this.write(transaction, chunk);
    });
  }

  private async write(transaction: Transaction<RegistrySchema>, changes: readonly DeviceStateChange[]): Promise<void> {
    const now = this.context.clock.now();
    const { isOneOf, readToChange } = this.context.dialect;
    const devices = changes.map(({ device }) => device);
    const select = transaction.selectFrom('device_state').selectAll().orderBy('device');
    const rows = await readToChange(select.where((eb) => isOneOf(eb.ref('device'), devices))).execute();
    const before = new Map(rows.map((row) => [row.device, JSON.parse(row.state) as DeviceState]));
    const after = changes.map((change) => changedState(before.get(change.device) ?? null, change, now));
    await transaction
      .insertInto('device_state')
      .values(after.map((state) => ({ device: state.device, state: JSON.stringify(state), updated_at: now })))
      .onConflict((on) =>
        on.column('device').doUpdateSet((eb) => ({
          state: eb.ref('excluded.state'),
          updated_at: eb.ref('excluded.updated_at'),
        })),
      )
      .execute();
  }
}

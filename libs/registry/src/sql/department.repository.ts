import type { Department, DepartmentRepository } from '../departments.js';
import { type SqlContext, writeWithChanges } from './context.js';

export class SqlDepartmentRepository implements DepartmentRepository {
  constructor(private readonly context: SqlContext) {}

  async list(): Promise<Department[]> {
    const rows = await this.context.db.selectFrom('departments').selectAll().orderBy('id').execute();
    return rows.map((row) => ({ id: row.id, titles: JSON.parse(row.titles) as Department['titles'] }));
  }

  put(department: Department): Promise<void> {
    const titles = JSON.stringify(department.titles);
    return writeWithChanges(this.context, 'department', async (transaction) => {
      await transaction
        .insertInto('departments')
        .values({ id: department.id, titles })
        .onConflict((on) => on.column('id').doUpdateSet({ titles }))
        .execute();
      return { result: undefined, changed: [department.id] };
    });
  }

  /** Adds those that are missing and leaves what an operator has changed. */
  seed(departments: readonly Department[]): Promise<void> {
    if (departments.length === 0) return Promise.resolve();
    return writeWithChanges(this.context, 'department', async (transaction) => {
      const added = await transaction
        .insertInto('departments')
        .values(departments.map(({ id, titles }) => ({ id, titles: JSON.stringify(titles) })))
        .onConflict((on) => on.column('id').doNothing())
        .returning('id')
        .execute();
      return { result: undefined, changed: added.map((row) => row.id) };
    });
  }
}

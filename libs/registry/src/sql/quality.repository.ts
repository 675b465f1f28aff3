import { type Selectable, type SelectQueryBuilder } from 'kysely';
import {
  type DeviceQuality,
  QUALITY_GRADES,
  type QualityGrade,
  type QualityQuery,
  type QualityReport,
  type QualityRepository,
} from '../device-quality.js';
import { chunksOf, type SqlContext } from './context.js';
import type { DeviceQualityRow, RegistrySchema } from './schema.js';

export class SqlQualityRepository implements QualityRepository {
  constructor(private readonly context: SqlContext) {}

  async put(reports: readonly DeviceQuality[]): Promise<void> {
    // One statement cannot touch a row twice; of repeated devices the last one counts.
    const rows = [...new Map(reports.map((report) => [report.device, toRow(report)])).values()];
    for (const chunk of chunksOf(rows)) {
      await this.context.db.transaction().execute((transaction) =>
        transaction
          .insertInto('device_quality')
          .values(chunk)
          .onConflict((on) =>
            on.column('device').doUpdateSet((eb) => ({
              kind: eb.ref('excluded.kind'),
              department: eb.ref('excluded.department'),
              district: eb.ref('excluded.district'),
              score: eb.ref('excluded.score'),
              grade: eb.ref('excluded.grade'),
              assessed_at: eb.ref('excluded.assessed_at'),
              report: eb.ref('excluded.report'),
            })),
          )
          .execute(),
      );
    }
  }

  async get(device: string): Promise<DeviceQuality | null> {
    const row = await this.context.db
      .selectFrom('device_quality')
      .selectAll()
      .where('device', '=', device)
      .executeTakeFirst();
    return row === undefined ? null : toQuality(row);
  }

  async list(query: QualityQuery): Promise<DeviceQuality[]> {
    const { after, grade, limit } = query;
    let select = this.matching(this.context.db.selectFrom('device_quality'), query)
      .selectAll()
      .orderBy('score')
      .orderBy('device')
      .limit(limit);
    if (grade !== undefined) select = select.where('grade', '=', grade);
    if (after !== undefined) {
      select = select.where((eb) =>
        eb.or([
          eb('score', '>', after.score),
          eb.and([eb('score', '=', after.score), eb('device', '>', after.device)]),
        ]),
      );
    }
    return (await select.execute()).map(toQuality);
  }

  async count(query: Omit<QualityQuery, 'limit' | 'after' | 'grade'>): Promise<Record<QualityGrade, number>> {
    const rows = await this.matching(this.context.db.selectFrom('device_quality'), query)
      .select((eb) => ['grade', eb.fn.countAll<number>().as('count')])
      .groupBy('grade')
      .execute();
    const counts = Object.fromEntries(QUALITY_GRADES.map((grade) => [grade, 0])) as Record<QualityGrade, number>;
    for (const { grade, count } of rows) counts[grade as QualityGrade] = Number(count);
    return counts;
  }

  async remove(devices: readonly string[]): Promise<void> {
    if (devices.length === 0) return;
    await this.context.db.transaction().execute((transaction) =>
      transaction
        .deleteFrom('device_quality')
        .where((eb) => this.context.dialect.isOneOf(eb.ref('device'), devices))
        .execute(),
    );
  }

  private matching<O>(
    from: SelectQueryBuilder<RegistrySchema, 'device_quality', O>,
    { departments, kind, district }: Omit<QualityQuery, 'limit'>,
  ): SelectQueryBuilder<RegistrySchema, 'device_quality', O> {
    let select = from;
    if (departments !== null)
      select = select.where((eb) => this.context.dialect.isOneOf(eb.ref('department'), departments));
    if (kind !== undefined) select = select.where('kind', '=', kind);
    if (district !== undefined) select = select.where('district', '=', district);
    return select;
  }
}

function toRow(quality: DeviceQuality): DeviceQualityRow {
  const { assessedAt, report, score, ...rest } = quality;
  return { ...rest, score: Math.round(score), assessed_at: assessedAt, report: JSON.stringify(report) };
}

function toQuality(row: Selectable<DeviceQualityRow>): DeviceQuality {
  const { assessed_at: assessedAt, report, grade, ...rest } = row;
  return { ...rest, grade: grade as QualityGrade, assessedAt, report: JSON.parse(report) as QualityReport };
}

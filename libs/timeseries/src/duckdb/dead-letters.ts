import type { DuckDBBlobValue, DuckDBValue } from '@duckdb/node-api';
import type { LetterKey, Outcome, Rejection } from '#core';
import type {
  DeadLetterFilter,
  DeadLetterGroup,
  DeadLetterGroupQuery,
  DeadLetterPage,
  DeadLetterQuery,
  ReplayOutcomes,
  StoredDeadLetter,
} from '../telemetry-store.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { QueryPool } from './query-pool.js';

type DeadLetterCursor = [receivedAt: number, sequence: number, id: string];

const LETTERS = 'dead_letters AS d LEFT JOIN resolutions AS r ON r.letter = d.id';

/** Conditions of a WHERE, with the values they bind. */
class Conditions {
  readonly values: DuckDBValue[] = [];
  private readonly all: string[] = [];

  constructor(filter: DeadLetterFilter) {
    for (const field of ['device', 'source', 'code', 'kind', 'topic'] as const) {
      if (filter[field] !== undefined) this.add(`d.${field} = ${this.bind(filter[field])}`);
    }
    for (const member of filter.without ?? []) this.add(`d.${member} IS NULL`);
    if (filter.departments !== null) this.addOneOf('d.department', filter.departments);
    if (filter.ids !== undefined) this.addOneOf('d.id', filter.ids);
    if (filter.partial !== undefined) this.add(`d.partial = ${this.bind(filter.partial)}`);
    if (filter.open !== undefined) this.add(`r.letter IS ${filter.open ? '' : 'NOT '}NULL`);
    if (filter.from !== undefined) this.add(`d.received >= ${this.bind(BigInt(Math.ceil(filter.from)))}`);
    if (filter.to !== undefined) this.add(`d.received < ${this.bind(BigInt(Math.ceil(filter.to)))}`);
    if (filter.beforeSequence !== undefined) this.add(`d.sequence < ${this.bind(BigInt(filter.beforeSequence))}`);
  }

  bind(value: DuckDBValue): string {
    return `$${this.values.push(value)}`;
  }

  add(condition: string): void {
    this.all.push(condition);
  }

  toString(): string {
    return this.all.length === 0 ? '' : `WHERE ${this.all.join(' AND ')}`;
  }

  private addOneOf(column: string, texts: readonly string[]): void {
    const bound = texts.map((text) => this.bind(text));
    this.add(bound.length === 0 ? 'false' : `${column} IN (${bound.join(', ')})`);
  }
}

/** By receipt, then sequence, then id. */
export async function queryDeadLetters(query: DeadLetterQuery, pool: QueryPool): Promise<DeadLetterPage> {
  const where = new Conditions(query);
  if (query.cursor !== undefined) {
    const [receivedAt, sequence, id] = decodeCursor<DeadLetterCursor>(query.cursor, ['number', 'number', 'string']);
    const [received, running] = [where.bind(BigInt(receivedAt)), where.bind(BigInt(sequence))];
    where.add(
      `(d.received, d.sequence, d.id) ${query.oldestFirst === true ? '>' : '<'} (${received}, ${running}, ${where.bind(id)})`,
    );
  }
  const order = ['d.received', 'd.sequence', 'd.id'].map(
    (key) => `${key} ${query.oldestFirst === true ? 'ASC' : 'DESC'}`,
  );
  const limit = where.bind(BigInt(query.limit + 1));
  const rows = await pool.rows(
    `SELECT d.id, d.sequence::DOUBLE, d.source, d.topic, d.payload, d.received::DOUBLE, d.device, d.department, d.kind, d.partial, d.rejections,
       r.outcome, r.sequence::DOUBLE, r.resolved::DOUBLE, r.job
     FROM ${LETTERS} ${where} ORDER BY ${order.join(', ')} LIMIT ${limit}`,
    where.values,
  );
  const deadLetters = rows.slice(0, query.limit).map(toDeadLetter);
  const last = deadLetters.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return {
    deadLetters,
    next: more ? encodeCursor([last.receivedAt, last.sequence, last.id] satisfies DeadLetterCursor) : null,
  };
}

/** Those with the most letters first, equal ones by their key. */
export async function queryDeadLetterGroups(query: DeadLetterGroupQuery, pool: QueryPool): Promise<DeadLetterGroup[]> {
  const where = new Conditions(query);
  const keys = query.by.map((field) => `d.${field}`);
  const grouping = keys.length === 0 ? '' : `GROUP BY ${keys.join(', ')}`;
  const columns = [
    'count(*)::DOUBLE AS letters',
    'count(*) FILTER (r.letter IS NULL)::DOUBLE',
    'min(d.received)::DOUBLE',
    'max(d.received)::DOUBLE',
    'arg_max(d.id, (d.received, d.sequence, d.id))',
    ...keys,
  ];
  const order = ['letters DESC', ...keys.map((key) => `${key} NULLS FIRST`)].join(', ');
  const limit = where.bind(BigInt(query.limit));
  const rows = await pool.rows(
    `SELECT ${columns.join(', ')} FROM ${LETTERS} ${where} ${grouping} ORDER BY ${order} LIMIT ${limit}`,
    where.values,
  );
  return rows.map(([letters, open, first, last, example, ...values]) => ({
    key: Object.fromEntries(query.by.map((field, i) => [field, values[i] as string | null])),
    letters: letters as number,
    open: open as number,
    first: (first as number | null) ?? 0,
    last: (last as number | null) ?? 0,
    example: (example as string | null) ?? '',
  }));
}

export async function queryReplayOutcomes(job: string, pool: QueryPool): Promise<ReplayOutcomes> {
  const rows = await pool.rows('SELECT outcome, count(*)::DOUBLE FROM resolutions WHERE job = $1 GROUP BY outcome', [
    job,
  ]);
  const counts = new Map(rows as [string, number][]);
  const of = (outcome: Outcome): number => counts.get(outcome) ?? 0;
  return { stored: of('stored'), duplicates: of('duplicate'), deadLetters: of('dead-letter') };
}

export async function findReplayed(job: string, letters: readonly LetterKey[], pool: QueryPool): Promise<string[]> {
  if (letters.length === 0) return [];
  const ids = letters.map((_, i) => `$${i + 2}`).join(', ');
  const rows = await pool.rows(`SELECT letter FROM resolutions WHERE job = $1 AND letter IN (${ids})`, [
    job,
    ...letters.map(({ id }) => id),
  ]);
  return rows.map(([letter]) => letter as string);
}

function toDeadLetter(row: DuckDBValue[]): StoredDeadLetter {
  const [id, sequence, source, topic, payload, receivedAt, device, department, kind, partial, rejections] = row;
  const [outcome, resolvedBy, resolvedAt, job] = row.slice(11);
  return {
    id: id as string,
    sequence: sequence as number,
    source: source as string,
    topic: topic as string,
    payload: (payload as DuckDBBlobValue).bytes,
    receivedAt: receivedAt as number,
    device: device as string | null,
    department: department as string | null,
    kind: kind as string | null,
    partial: partial as boolean,
    rejections: JSON.parse(rejections as string) as Rejection[],
    resolution:
      outcome === null
        ? null
        : {
            outcome: outcome as Outcome,
            sequence: resolvedBy as number,
            at: resolvedAt as number,
            job: job as string,
          },
  };
}

import type { DuckDBBlobValue, DuckDBValue } from '@duckdb/node-api';
import type { DeadLetter, Rejection } from '#core';
import type { DeadLetterPage, DeadLetterQuery } from '../telemetry-store.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { QueryPool } from './query-pool.js';

type DeadLetterCursor = [receivedAt: number, sequence: number, id: string];

/** Newest first, by receipt, then sequence, then id. */
export async function queryDeadLetters(query: DeadLetterQuery, pool: QueryPool): Promise<DeadLetterPage> {
  const conditions: string[] = [];
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue) => `$${values.push(value)}`;
  for (const field of ['device', 'source', 'code'] as const) {
    if (query[field] !== undefined) conditions.push(`${field} = ${bind(query[field])}`);
  }
  if (query.departments !== null) {
    conditions.push(
      query.departments.length === 0 ? 'false' : `department IN (${query.departments.map(bind).join(', ')})`,
    );
  }
  if (query.from !== undefined) conditions.push(`received >= ${bind(BigInt(Math.ceil(query.from)))}`);
  if (query.to !== undefined) conditions.push(`received < ${bind(BigInt(Math.ceil(query.to)))}`);
  if (query.cursor !== undefined) {
    const [receivedAt, sequence, id] = decodeCursor<DeadLetterCursor>(query.cursor, ['number', 'number', 'string']);
    conditions.push(`(received, sequence, id) < (${bind(BigInt(receivedAt))}, ${bind(BigInt(sequence))}, ${bind(id)})`);
  }
  const rows = await pool.rows(
    `SELECT id, sequence::DOUBLE, source, topic, payload, received::DOUBLE, device, department, kind, partial, rejections FROM dead_letters
     ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY received DESC, sequence DESC, id DESC LIMIT ${bind(BigInt(query.limit + 1))}`,
    values,
  );
  const deadLetters = rows.slice(0, query.limit).map(toDeadLetter);
  const last = deadLetters.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return {
    deadLetters,
    next: more ? encodeCursor([last.receivedAt, last.sequence, last.id] satisfies DeadLetterCursor) : null,
  };
}

function toDeadLetter(row: DuckDBValue[]): DeadLetter {
  const [id, sequence, source, topic, payload, receivedAt, device, department, kind, partial, rejections] = row;
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
  };
}

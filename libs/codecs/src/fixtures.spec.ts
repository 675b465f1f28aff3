import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { DecodedItem, Rejection } from '#core';
import { decode } from './decode.js';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const LAMPPOST = 'city/hyd/smart-lamppost/GF3637/telemetry';

interface Expected {
  readonly topic?: string;
  readonly receivedAt: number;
  readonly items: readonly unknown[];
  readonly rejections: readonly Partial<Rejection>[];
}

const cases = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('fixtures', () => {
  it.each(cases)('%s', (name) => {
    const expected = JSON.parse(readFileSync(join(FIXTURES, name, 'expected.json'), 'utf8')) as Expected;
    const { items, rejections } = decode(expected.topic ?? LAMPPOST, readPayload(name), expected.receivedAt);
    expect(items.map(plain)).toEqual(expected.items);
    expect(rejections).toHaveLength(expected.rejections.length);
    expect(rejections).toMatchObject(expected.rejections);
    for (const { detail } of rejections) expect(detail).toMatch(/^[A-Z].*\.$/);
  });
});

function readPayload(name: string): Uint8Array {
  const hex = join(FIXTURES, name, 'payload.hex');
  return existsSync(hex)
    ? Buffer.from(readFileSync(hex, 'utf8').trim(), 'hex')
    : readFileSync(join(FIXTURES, name, 'payload.json'));
}

/** The item as JSON shows it: maps as objects, bytes as hexadecimal, nothing for what is absent. */
function plain(item: DecodedItem): unknown {
  return JSON.parse(
    JSON.stringify(item, (_, value: unknown) => {
      if (value instanceof Map) return Object.fromEntries(value as Map<string, string>);
      if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer') {
        return { bytes: Buffer.from((value as unknown as { data: number[] }).data).toString('hex') };
      }
      return value;
    }),
  );
}

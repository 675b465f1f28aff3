import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { DecodedItem, Rejection } from '#core';
import { codecFor, decode } from './decode.js';
import type { NetworkEvent } from './network/network-event.js';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const LAMPPOST = 'city/hyd/smart-lamppost/GF3637/telemetry';

interface Expected {
  readonly topic?: string;
  readonly receivedAt: number;
  readonly items: readonly unknown[];
  /** Of a network server; null when it is refused. */
  readonly event?: unknown;
  readonly rejections: readonly Partial<Rejection>[];
}

const cases = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('fixtures', () => {
  it.each(cases)('%s', (name) => {
    const expected = JSON.parse(readFileSync(join(FIXTURES, name, 'expected.json'), 'utf8')) as Expected;
    const topic = expected.topic ?? LAMPPOST;
    const codec = codecFor(topic);
    if (codec?.type === 'network') {
      const { event, refused } = codec.decode(readPayload(name));
      expect(plain(event)).toEqual(expected.event);
      expectRejections(refused?.rejections ?? [], expected.rejections);
      return;
    }
    const { items, rejections } = decode(topic, readPayload(name), expected.receivedAt);
    expect(items.map(plain)).toEqual(expected.items);
    expectRejections(rejections, expected.rejections);
  });
});

function expectRejections(rejections: readonly Rejection[], expected: Expected['rejections']): void {
  expect(rejections).toHaveLength(expected.length);
  expect(rejections).toMatchObject(expected);
  for (const { detail } of rejections) expect(detail).toMatch(/^[A-Z].*\.$/);
}

function readPayload(name: string): Uint8Array {
  const hex = join(FIXTURES, name, 'payload.hex');
  return existsSync(hex)
    ? Buffer.from(readFileSync(hex, 'utf8').trim(), 'hex')
    : readFileSync(join(FIXTURES, name, 'payload.json'));
}

/** The item as JSON shows it: maps as objects, bytes as hexadecimal, nothing for what is absent. */
function plain(item: DecodedItem | NetworkEvent | null): unknown {
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

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ERRORS } from '#core';
import { codecFor, type NetworkCodec } from '../decode.js';
import type { DecodedEvent, NetworkEvent } from './network-event.js';
import { leavesOf } from './object-leaves.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const MAX_TIME_MS = 8.64e15;

interface Sample {
  readonly name: string;
  readonly codec: NetworkCodec;
  readonly payload: Uint8Array;
}

/** Every event of a network server among the fixtures. */
const samples: readonly Sample[] = readdirSync(FIXTURES).flatMap((name) => {
  if (!/^(?:chirpstack|things-stack|generic)-/.test(name)) return [];
  const { topic } = JSON.parse(readFileSync(new URL(`${name}/expected.json`, FIXTURES), 'utf8')) as { topic: string };
  const codec = codecFor(topic);
  if (codec?.type !== 'network') throw new Error(`${name} is of no network server`);
  return [{ name, codec, payload: readFileSync(new URL(`${name}/payload.json`, FIXTURES)) }];
});

/** What must hold of any answer to any bytes. */
function expectSound({ event, refused }: DecodedEvent): void {
  if (event !== null) return expectTyped(event);
  expect(refused!.rejections.length).toBeGreaterThan(0);
  for (const { code, pointer, actual } of refused!.rejections) {
    expect(Object.keys(ERRORS)).toContain(code);
    expect(pointer === '' || pointer.startsWith('/')).toBe(true);
    expect(actual?.length ?? 0).toBeLessThan(100);
  }
}

function expectTyped(event: NetworkEvent): void {
  if (event.time !== null) expect(Number.isInteger(event.time) && Math.abs(event.time) <= MAX_TIME_MS).toBe(true);
  expect(event.origin.devEui ?? '0'.repeat(16)).toMatch(/^[0-9a-f]{16}$/);
  if (event.type !== 'uplink') return;
  expect(event.devAddr ?? '00000000').toMatch(/^[0-9a-f]{8}$/);
  const counter = event.frameCounter ?? 0;
  expect(Number.isInteger(counter) && counter >= 0 && counter < 2 ** 32).toBe(true);
  for (const { rssi, snr } of event.receptions)
    expect([Number.isFinite(rssi ?? 0), Number.isFinite(snr ?? 0)]).toEqual([true, true]);
}

/** The event with one of its members replaced by any JSON value. */
function replaced(value: unknown, at: number, by: unknown): unknown {
  let index = 0;
  const walk = (node: unknown): unknown => {
    if (index++ === at) return by;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, walk(member)]));
  };
  return walk(value);
}

describe('events of network servers', () => {
  it('are many', () => expect(samples.length).toBeGreaterThan(25));

  it.each(samples)('never throw with bytes changed: $name', ({ codec, payload }) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(20), (changes, cut) => {
        const bytes = Uint8Array.from(payload);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        expectSound(codec.decode(cut === 0 ? bytes.subarray(0, bytes.length >> 1) : bytes));
      }),
      { numRuns: 60 },
    );
  });

  it.each(samples)('never throw with a member of another type: $name', ({ codec, payload }) => {
    const event: unknown = JSON.parse(Buffer.from(payload).toString());
    fc.assert(
      fc.property(fc.nat(80), fc.jsonValue(), (at, by) => {
        expectSound(codec.decode(Buffer.from(JSON.stringify(replaced(event, at, by)))));
      }),
      { numRuns: 60 },
    );
  });

  it.each(samples)('are the same with null for what is absent: $name', ({ codec, payload }) => {
    const event = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>;
    const known = [
      'time',
      'fCnt',
      'fPort',
      'data',
      'object',
      'rxInfo',
      'txInfo',
      'margin',
      'batteryLevel',
      'received_at',
    ];
    const withNulls = { ...Object.fromEntries(known.map((key) => [key, null])), ...event };
    expect(codec.decode(Buffer.from(JSON.stringify(withNulls)))).toEqual(codec.decode(payload));
  });

  it.each(['__proto__', 'constructor', 'prototype'])('T12 refuse the key %s', (key) => {
    const up = codecFor('application/1/device/0101010101010101/event/up') as NetworkCodec;
    const { refused } = up.decode(Buffer.from(`{"object":{"x":1,"y":{"${key}":{"polluted":true}}}}`));
    expect(refused).toMatchObject({ device: '0101010101010101', rejections: [{ code: 'forbidden-key' }] });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('read 64-bit numbers written as text, and cut nanoseconds', () => {
    const up = codecFor('application/1/device/0101010101010101/event/up') as NetworkCodec;
    const { event } = up.decode(
      Buffer.from('{"fCnt":"70000","time":"2026-11-21T01:02:03.123456789+08:00","txInfo":{"frequency":"923200000"}}'),
    );
    expect(event).toMatchObject({
      frameCounter: 70_000,
      frequencyHz: 923_200_000,
      time: Date.parse('2026-11-20T17:02:03.123Z'),
    });
  });
});

describe('leaves of an object', () => {
  it('are named by their path and say where they stand', () => {
    const { values, pointers } = leavesOf({ temperature: 21, battery: { level: 88 }, 'a/b': 1, none: null }, '/object');
    expect(values).toEqual({ temperature: 21, 'battery.level': 88, 'a/b': 1 });
    expect([...pointers.values()]).toEqual(['/object/temperature', '/object/battery/level', '/object/a~1b']);
  });
});

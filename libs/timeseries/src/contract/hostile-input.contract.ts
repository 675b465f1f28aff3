import { describe, expect, it } from '@jest/globals';
import { DEAD_LETTER_GROUPINGS } from '../telemetry-store.js';
import type { StoreContext } from './samples.contract.js';
import {
  batchOf,
  commitOf,
  cut,
  DAY,
  deadLetter,
  expectedLedger,
  outcome,
  readLedger,
  resolved,
  T0,
} from './samples.contract.js';

/** Texts that end strings, lines, tags or statements somewhere. */
const HOSTILE = [
  'back\\slash\\',
  'new\nline',
  'carriage\r\nreturn',
  'tab\there',
  'comma,comma',
  'equals=equals',
  'space here ',
  `quotes"'\``,
  '灯柱 💡',
  '$(id) ${x} %s {{x}}',
  "'; DROP TABLE weather; --",
  '") |> drop() //',
  '\\',
  '"',
  'nul\u0000nul',
];

const INJECTIONS = [
  "' OR 1=1 --",
  '" OR ""="',
  "x'); DROP TABLE weather; --",
  '") |> yield() from(bucket: "x',
  "read_text('/etc/passwd')",
  'temperature", (SELECT content FROM read_text(\'/etc/passwd\')) AS "x',
  '${r.x}',
  '\\',
];

/** THREATS 15 and 31. */
export function describeHostileInput(context: StoreContext): void {
  describe('hostile texts', () => {
    it.each(HOSTILE)('T15 %j in any field: kept, and its neighbours too', async (text) => {
      const { store } = context.opened;
      const rows = [
        { device: 'before', time: T0, sequence: 0, values: { temperature: 1 } },
        { device: text, time: T0 + 1, sequence: 1, boot: text, seq: 3, values: { temperature: 2 } },
        { device: 'after', time: T0 + 2, sequence: 2, values: { temperature: 3 } },
      ];
      const rejection = { code: 'bad-json', pointer: text, detail: text, expected: text, actual: text };
      const letter = deadLetter(3, {
        source: text,
        topic: text,
        device: text,
        department: text,
        kind: text,
        rejections: [rejection],
      });
      const deadLetters = [letter, deadLetter(4)];
      const outcomes = [outcome(text, 1, 1, 0, { [text]: 1 }), outcome('other', 1, 2)];
      await store.commit(commitOf({ readings: [batchOf('weather', rows)], deadLetters, outcomes, next: 5 }));

      const page = await store.history({
        kind: 'weather',
        devices: ['before', text, 'after'],
        metrics: [],
        from: T0,
        to: T0 + DAY,
        limit: 100,
      });
      expect(page.values.map((value) => [value.device, value.value])).toEqual([['before', 1], [text, 2], ['after', 3]]); // prettier-ignore
      const latest = await store.latest({ kind: 'weather', devices: [text] });
      expect(latest.map((reading) => [reading.device, reading.values['temperature']?.value])).toEqual([[text, 2]]);
      const key = { kind: 'weather', device: text, time: T0 + 1, boot: text, seq: 3, metrics: ['temperature'] };
      expect(await store.findStored('weather', text, T0, T0 + DAY, 10)).toEqual([key]);
      const groups = new Map([[text, text]]);
      const range = { from: T0, to: T0 + DAY, everyMs: null, timeZone: 'UTC' };
      const rowsOut = await store.aggregate({
        kind: 'weather',
        groups,
        metrics: ['temperature'],
        aggregates: ['sum'],
        ...range,
      });
      expect(rowsOut).toEqual([{ group: text, time: T0, metric: 'temperature', values: { sum: 2 } }]);
      const found = await store.deadLetters({ departments: [text], device: text, source: text, limit: 10 });
      expect(found.deadLetters).toEqual([{ ...letter, payload: expect.anything(), resolution: null }]);
      const replay = resolved(letter, 5, { job: text });
      await store.commit(commitOf({ resolutions: [replay], outcomes: [outcome('other', 1, 1)], next: 6 }));
      expect(await store.findReplayed(text, [replay.letter])).toEqual(['3-0']);
      expect(await store.replayOutcomes(text)).toEqual({ stored: 1, duplicates: 0, deadLetters: 0 });
      const by = DEAD_LETTER_GROUPINGS;
      expect(
        await store.deadLetterGroups({ departments: null, by, kind: text, topic: text, open: false, limit: 2 }),
      ).toMatchObject([{ key: { code: 'bad-json', device: text, kind: text, source: text, topic: text }, letters: 1 }]);
      expect((await store.deadLetters({ departments: null, limit: 10 })).deadLetters).toHaveLength(2);
      expect(await store.outcomes({ groupBy: 'source-hour', source: text })).toEqual([
        outcome(text, 1, 1, 0, { [text]: 1 }),
      ]);
      expect(await store.outcomes({ groupBy: 'total' })).toEqual([outcome('', 0, 4, 0, { [text]: 1 })]);
    });

    it('T15 half a surrogate pair becomes a replacement character, and its neighbours are stored', async () => {
      const { store } = context.opened;
      const rows = ['x\ud800', 'a'].map((device, sequence) => ({
        device,
        time: T0,
        sequence,
        values: { temperature: 1 },
      }));
      await store.commit(
        commitOf({ readings: [batchOf('weather', rows)], deadLetters: [deadLetter(2, { topic: '\udc00' })], next: 3 }),
      );
      expect((await store.statistics()).rows['weather']).toBe(2);
      expect((await store.deadLetters({ departments: null, limit: 10 })).deadLetters[0]?.topic).toBe('\ufffd');
    });
  });

  describe('injection', () => {
    it.each(INJECTIONS)('T31 %j as any query parameter reads and changes nothing', async (text) => {
      const { store } = context.opened;
      await store.commit(cut(0, 10));
      const range = { from: T0, to: T0 + DAY };
      const badRequest = { name: 'LamplighterError', code: 'bad-request' };
      const history = { kind: 'weather', devices: ['dev-0'], metrics: ['temperature'], limit: 10, ...range };
      expect((await store.history({ ...history, devices: [text] })).values).toEqual([]);
      await expect(store.history({ ...history, kind: text })).rejects.toMatchObject(badRequest);
      await expect(store.history({ ...history, metrics: [text] })).rejects.toMatchObject(badRequest);
      await expect(store.history({ ...history, cursor: text })).rejects.toMatchObject(badRequest);

      const aggregate = { kind: 'weather', groups: new Map([['dev-0', text]]), metrics: ['temperature'], everyMs: 1000, timeZone: 'UTC', aggregates: ['count'] as const, ...range }; // prettier-ignore
      expect((await store.aggregate(aggregate)).every((row) => row.group === text)).toBe(true);
      await expect(store.aggregate({ ...aggregate, kind: text })).rejects.toMatchObject(badRequest);
      await expect(store.aggregate({ ...aggregate, metrics: [text] })).rejects.toMatchObject(badRequest);
      await expect(store.aggregate({ ...aggregate, timeZone: text })).rejects.toMatchObject(badRequest);
      await expect(store.aggregate({ ...aggregate, aggregates: [text as 'mean'] })).rejects.toMatchObject(badRequest);

      expect(await store.latest({ kind: 'weather', devices: [text] })).toEqual([]);
      await expect(store.latest({ kind: text, devices: null })).rejects.toMatchObject(badRequest);
      const completeness = { kind: 'weather', device: text, intervalMs: 1000, maxGaps: 1, ...range };
      expect(await store.completeness(completeness)).toMatchObject({ received: 0 });
      await expect(store.completeness({ ...completeness, kind: text })).rejects.toMatchObject(badRequest);
      await expect(store.findStored(text, 'dev-0', T0, T0 + DAY, 100)).rejects.toMatchObject(badRequest);
      expect(await store.findStored('weather', text, T0, T0 + DAY, 100)).toEqual([]);

      for (const filter of [
        ...[{ device: text }, { source: text }, { code: text }, { departments: [text] }],
        ...[{ kind: text }, { topic: text }, { ids: [text] }, { ids: [`3-${text}`] }],
      ]) {
        expect((await store.deadLetters({ departments: null, limit: 10, ...filter })).deadLetters).toEqual([]);
        expect(await store.deadLetterGroups({ departments: null, by: ['code'], limit: 10, ...filter })).toEqual([]);
      }
      expect(await store.replayOutcomes(text)).toEqual({ stored: 0, duplicates: 0, deadLetters: 0 });
      expect(await store.findReplayed(text, [resolved(deadLetter(3, { id: text, device: text }), 9).letter])).toEqual(
        [],
      );
      await expect(store.deadLetters({ departments: null, limit: 10, cursor: text })).rejects.toMatchObject(badRequest);
      expect(await store.outcomes({ groupBy: 'source', source: text })).toEqual([]);
      expect(await store.position(text)).toBeNull();
      expect(await readLedger(store)).toEqual(expectedLedger(10));
    });
  });
}

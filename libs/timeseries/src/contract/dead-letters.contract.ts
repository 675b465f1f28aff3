import { describe, expect, it } from '@jest/globals';
import type { DeadLetter } from '#core';
import type { DeadLetterQuery } from '../telemetry-store.js';
import type { StoreContext } from './samples.contract.js';
import { commitOf, deadLetter, T0 } from './samples.contract.js';

/** Dead letters: kept whole, filtered, paged and scoped to departments. */
export function describeDeadLetters(context: StoreContext): void {
  const letters: DeadLetter[] = [
    deadLetter(0),
    deadLetter(1, {
      source: 'gateway',
      device: null,
      department: null,
      kind: null,
      rejections: [{ code: 'bad-json', pointer: '', detail: 'No JSON.' }],
    }),
    deadLetter(2, { department: 'fehd', device: 'toilet-1', source: 'toilet-1', kind: 'toilet', partial: true }),
    deadLetter(3, {
      payload: new Uint8Array(0),
      rejections: [{ code: 'unknown-metric', pointer: '/values/x', detail: 'No such metric.' }, { code: 'out-of-range', pointer: '/values/y', detail: 'Too big.', expected: '0', actual: '1e99' }], // prettier-ignore
    }),
    { ...deadLetter(4), id: '4-0' },
    { ...deadLetter(4), id: '4-1', receivedAt: T0 + 4000, device: 'lamp-2' },
  ];
  const store = () => context.opened.store.commit(commitOf({ deadLetters: letters, next: 5 }));
  const find = (query: Partial<DeadLetterQuery>) =>
    context.opened.store.deadLetters({ departments: null, limit: 100, ...query });
  const ids = async (query: Partial<DeadLetterQuery>) => (await find(query)).deadLetters.map((letter) => letter.id);

  describe('deadLetters', () => {
    it('gives back every field as it was, newest first', async () => {
      await store();
      const page = await find({});
      expect(page.next).toBeNull();
      expect(page.deadLetters.map((letter) => letter.sequence)).toEqual([4, 4, 3, 2, 1, 0]);
      for (const letter of page.deadLetters) {
        const original = letters.find((each) => each.id === letter.id)!;
        expect({ ...letter, payload: Buffer.from(letter.payload) }).toEqual({
          ...original,
          payload: Buffer.from(original.payload),
          resolution: null,
        });
      }
    });

    it.each<[string, Partial<DeadLetterQuery>, string[]]>([
      ['device', { device: 'toilet-1' }, ['2-0']],
      ['source', { source: 'gateway' }, ['1-0']],
      ['code of the first rejection', { code: 'unknown-metric' }, ['3-0']],
      ['another code', { code: 'out-of-range', source: 'lamp-1', to: T0 + 4000 }, ['0-0']],
      ['time of receipt, end exclusive', { from: T0 + 1000, to: T0 + 3000 }, ['2-0', '1-0']],
      ['department', { departments: ['fehd'] }, ['2-0']],
      ['several departments', { departments: ['fehd', 'hyd'], to: T0 + 3000 }, ['2-0', '0-0']],
      ['no department', { departments: [] }, []],
      ['all departments, and those without one', { departments: null, to: T0 + 2000 }, ['1-0', '0-0']],
      ['kind', { kind: 'toilet' }, ['2-0']],
      ['topic', { topic: 'city/hyd/weather/lamp-1/telemetry', to: T0 + 1000 }, ['0-0']],
      ['another topic', { topic: 'city/hyd/weather/lamp-2/telemetry' }, []],
      ['having no kind', { without: ['kind'] }, ['1-0']],
      ['having no device', { without: ['device'], source: 'gateway' }, ['1-0']],
      ['having neither, where one is named', { without: ['device', 'kind'], code: 'out-of-range' }, []],
      ['having no device but that one', { without: ['device'], device: 'toilet-1' }, []],
      ['partial letters', { partial: true }, ['2-0']],
      ['whole letters', { partial: false, to: T0 + 3000 }, ['1-0', '0-0']],
      ['ids', { ids: ['4-1', '0-0', '9-0', 'rubbish', "'"] }, ['4-1', '0-0']],
      ['no ids', { ids: [] }, []],
      ['sequence', { beforeSequence: 2 }, ['1-0', '0-0']],
      ['open ones, when none was replayed', { open: true, from: T0 + 2000, to: T0 + 3000 }, ['2-0']],
      ['resolved ones, when none was replayed', { open: false }, []],
      [
        'everything at once',
        { departments: ['hyd'], device: 'lamp-2', source: 'lamp-1', code: 'out-of-range', from: T0, to: T0 + 9000 },
        ['4-1'],
      ],
    ])('filters by %s', async (_, query, expected) => {
      await store();
      expect(await ids(query)).toEqual(expected);
    });

    it('gives the oldest first when asked to', async () => {
      await store();
      expect(await ids({ oldestFirst: true, from: T0 + 1000 })).toEqual(['1-0', '2-0', '3-0', '4-0', '4-1']);
    });

    it.each([
      [1, false],
      [2, false],
      [4, false],
      [1, true],
      [4, true],
    ])('pages of %i cover everything once, the oldest first: %s', async (limit, oldestFirst) => {
      await store();
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await find({ limit, oldestFirst, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.deadLetters.length).toBeLessThanOrEqual(limit);
        seen.push(...page.deadLetters.map((letter) => letter.id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect([...seen].sort()).toEqual(letters.map((letter) => letter.id).sort());
      expect(seen[0]).toBe(oldestFirst ? '0-0' : '4-1');
    });

    it('keeps to the departments from page to page', async () => {
      await store();
      const first = await find({ departments: ['hyd'], limit: 2 });
      const second = await find({ departments: ['hyd'], limit: 10, cursor: first.next! });
      expect([...first.deadLetters, ...second.deadLetters].map((letter) => letter.department)).toEqual([
        'hyd',
        'hyd',
        'hyd',
        'hyd',
      ]);
    });
  });
}

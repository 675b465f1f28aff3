import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filterWithin, isValidFilter, isValidTopic, topicMatches } from './topic-filter.js';

/** Every topic of up to four levels over an alphabet that holds the special cases: an empty level and a `$` level. */
const LEVELS = ['a', 'b', '', '$x'];
const TOPICS = [1, 2, 3, 4].flatMap((depth) => product(depth)).filter((topic) => topic !== '');

function product(depth: number): string[] {
  return depth === 1 ? LEVELS : product(depth - 1).flatMap((head) => LEVELS.map((level) => `${head}/${level}`));
}

const anyFilter = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', '', '$x', '+'), { minLength: 0, maxLength: 3 }), fc.boolean())
  .map(([levels, all]) => [...levels, ...(all ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '');

/** The rules of section 4.7 written a second time, as a regular expression. */
function reference(filter: string): RegExp {
  if (filter === '#') return /^(?!\$)/;
  const open = filter.endsWith('/#');
  const levels = (open ? filter.slice(0, -2) : filter)
    .split('/')
    .map((level) => (level === '+' ? '[^/]*' : level.replace('$', '\\$')));
  const noDollar = /^[+#]/.test(filter) ? '(?!\\$)' : '';
  return new RegExp(`^${noDollar}${levels.join('/')}${open ? '(/.*)?' : ''}$`);
}

describe('topicMatches', () => {
  it.each([
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['+/+', '/finance', true],
    ['+', '/finance', false],
    ['#', '$SYS/uptime', false],
    ['+/uptime', '$SYS/uptime', false],
    ['$SYS/#', '$SYS/uptime', true],
    ['city/+/x', 'city/a/b/x', false],
  ])('%s against %s is %s', (filter, topic, expected) => {
    expect(topicMatches(filter, topic)).toBe(expected);
  });

  it('agrees with a second reading of MQTT 3.1.1 section 4.7', () => {
    fc.assert(
      fc.property(anyFilter, fc.constantFrom(...TOPICS), (filter, topic) => {
        expect(topicMatches(filter, topic)).toBe(reference(filter).test(topic));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('filterWithin', () => {
  it('T04 is true exactly when no topic is matched by the filter and not by the scope', () => {
    fc.assert(
      fc.property(anyFilter, anyFilter, (filter, scope) => {
        const leaks = TOPICS.some((topic) => topicMatches(filter, topic) && !topicMatches(scope, topic));
        expect(filterWithin(filter, scope)).toBe(!leaks);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['#', 'city/hyd/#', false],
    ['+/#', 'city/hyd/#', false],
    ['city/+/#', 'city/hyd/#', false],
    ['city/hyd/#', 'city/hyd/#', true],
    ['city/hyd', 'city/hyd/#', true],
    ['city/hydx/#', 'city/hyd/#', false],
    ['$SYS/#', '#', false],
    ['#', '+/#', true],
  ])('%s inside %s is %s', (filter, scope, expected) => {
    expect(filterWithin(filter, scope)).toBe(expected);
  });
});

describe('validity', () => {
  it.each(['', 'a/#/b', 'a#', 'a/b+', '+a', '#/', 'a\u0000', 'x'.repeat(65_536), '電'.repeat(30_000)])(
    'refuses the filter %j',
    (filter) => {
      expect(isValidFilter(filter)).toBe(false);
    },
  );

  it.each(['#', '+', '/', 'a/+/b', 'a//#', '$SYS/+'])('takes the filter %s', (filter) => {
    expect(isValidFilter(filter)).toBe(true);
  });

  it.each(['', 'a/+', '#', 'a\u0000b'])('refuses the topic %j', (topic) => {
    expect(isValidTopic(topic)).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isValidFilter, isValidTopic, topicMatches } from './topic-filter.js';
import { TopicFilters } from './topic-filters.js';

/** Few names, so that filters meet; an empty level and a `$` level, which have rules of their own. */
const topicLevel = fc.constantFrom('a', 'b', 'c', '', '$x');
const anyTopic = fc
  .array(topicLevel, { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join('/'))
  .filter(isValidTopic);
const anyFilter = fc
  .tuple(
    fc.array(fc.oneof({ weight: 3, arbitrary: topicLevel }, { weight: 2, arbitrary: fc.constant('+') }), {
      maxLength: 5,
    }),
    fc.boolean(),
  )
  .map(([levels, all]) => [...levels, ...(all ? ['#'] : [])].join('/'))
  .filter(isValidFilter);

describe('many filters at once', () => {
  it('match what one of them matches, whatever came and went', () => {
    fc.assert(
      fc.property(
        fc.array(anyFilter, { maxLength: 10 }),
        fc.array(anyFilter, { maxLength: 10 }),
        fc.array(anyTopic, { minLength: 1, maxLength: 20 }),
        (kept, gone, topics) => {
          const filters = new TopicFilters([...gone, ...kept]);
          for (const filter of gone) expect(filters.remove(filter)).toBe(true);
          for (const topic of topics)
            expect([topic, filters.match(topic)]).toEqual([topic, kept.some((filter) => topicMatches(filter, topic))]);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('do not know what was never added', () => {
    const filters = new TopicFilters(['a/+/c', 'a/b']);
    expect(['a/+', 'a/+/c/#', 'b/#', 'a/c'].map((filter) => filters.remove(filter))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(['a/x/c', 'a/b'].map((topic) => filters.match(topic))).toEqual([true, true]);
  });

  it('keep nothing of filters that went', () => {
    const filters = new TopicFilters();
    for (let n = 0; n < 1_000; n++) filters.add(`city/+/${n}/#`);
    for (let n = 0; n < 1_000; n++) filters.remove(`city/+/${n}/#`);
    expect(filters).toEqual(new TopicFilters());
  });
});

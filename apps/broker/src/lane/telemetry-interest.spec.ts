import fc from 'fast-check';
import { isValidFilter, topicMatches } from '#identity';
import { TelemetryInterest } from './telemetry-interest.js';

const TOPICS = ['city/hyd/smart-lamppost/GF3637/telemetry', 'application/1/device/0102030405060708/event/up'];
const level = fc.constantFrom(
  'city',
  'hyd',
  'smart-lamppost',
  'GF3637',
  'telemetry',
  'command',
  'application',
  '1',
  'device',
  '0102030405060708',
  'event',
  'up',
  '+',
  '#',
  'x',
);
const filter = fc
  .array(level, { minLength: 1, maxLength: 6 })
  .map((levels) => levels.join('/'))
  .filter(isValidFilter);

describe('interest in telemetry', () => {
  it('is there exactly when some filter matches', () => {
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 8 }), fc.array(filter, { maxLength: 4 }), (kept, gone) => {
        const interest = new TelemetryInterest();
        for (const each of [...kept, ...gone]) interest.add(each);
        for (const each of gone) interest.remove(each);
        for (const topic of TOPICS) expect(interest.in(topic)).toBe(kept.some((each) => topicMatches(each, topic)));
      }),
      { numRuns: 500 },
    );
  });

  it('is not moved by what a device subscribes to', () => {
    const interest = new TelemetryInterest();
    const { revision } = interest;
    interest.add('city/hyd/smart-lamppost/GF3637/command');
    interest.add('lamplighter/#');
    expect(interest.revision).toBe(revision);
  });
});

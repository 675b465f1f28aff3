import { mergeReading } from './merge-reading';

const EARLIER = '2026-11-28T08:00:00.000Z';
const LATER = '2026-11-28T08:01:00.000Z';

describe('the last known values of a device', () => {
  it('have the time of its first reading when it had sent nothing before', () => {
    expect(mergeReading({ device: 'A', time: null, values: {} }, LATER, { pm25: 12 })).toEqual({
      device: 'A',
      time: LATER,
      values: { pm25: { time: LATER, value: 12 } },
    });
  });

  it('keep what is newer than a reading that came late', () => {
    const known = { device: 'A', time: LATER, values: { pm25: { time: LATER, value: 12 } } };
    expect(mergeReading(known, EARLIER, { pm25: 9, pm10: 20, noise: null })).toEqual({
      device: 'A',
      time: LATER,
      values: { pm25: { time: LATER, value: 12 }, pm10: { time: EARLIER, value: 20 } },
    });
  });
});

import fc from 'fast-check';
import { QuotaMeter } from './quota-meter.js';
import { DEFAULT_QUOTA, formatQuota, parseQuota, quotaFor, quotaVariable } from './quota.js';

describe('a quota as text', () => {
  it.each([
    ['600', { messagesPerMinute: 600, burst: 600, bytesPerDay: null }],
    ['600:1200', { messagesPerMinute: 600, burst: 1200, bytesPerDay: null }],
    [' 60:5:1000000 ', { messagesPerMinute: 60, burst: 5, bytesPerDay: 1_000_000 }],
  ])('%j', (text, quota) => {
    expect(parseQuota(text)).toEqual(quota);
    expect(parseQuota(formatQuota(quota))).toEqual(quota);
  });

  it.each(['', '0', '-1', '1.5', '60:', '60:0', 'sixty', '60:1:0', '1e3', '99999999'])('%j is none', (text) => {
    expect(parseQuota(text)).toBeNull();
  });

  it('has defaults for all devices and for kinds', () => {
    const defaults = quotaVariable()('6000:100, smart-toilet=60');
    expect(quotaFor(defaults, 'smart-lamppost', null)).toMatchObject({ messagesPerMinute: 6_000, burst: 100 });
    expect(quotaFor(defaults, 'smart-toilet', null)).toMatchObject({ messagesPerMinute: 60 });
    expect(quotaFor(defaults, 'smart-toilet', DEFAULT_QUOTA)).toBe(DEFAULT_QUOTA);
    expect(quotaFor(quotaVariable()(undefined), 'x', null)).toBe(DEFAULT_QUOTA);
    expect(() => quotaVariable()('lots')).toThrow(/expected messagesPerMinute.*got 'lots'/);
  });
});

describe('a quota meter', () => {
  const quota = { messagesPerMinute: 60, burst: 10, bytesPerDay: null };

  it('lets the burst through at once and the average afterwards, whatever the steps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 200 }), (steps) => {
        const meter = new QuotaMeter(quota, 0);
        let now = 0;
        let admitted = 0;
        for (const step of steps) {
          now += step;
          if (meter.admit(1, now)) admitted++;
        }
        expect(admitted).toBeLessThanOrEqual(10 + now / 1_000 + 1e-6);
      }),
    );
  });

  it('says how many may pass and how long to wait for the next', () => {
    const meter = new QuotaMeter(quota, 0);
    expect(meter.allowance(0)).toBe(10);
    meter.take(10, 500, 0);
    expect(meter.allowance(0)).toBe(0);
    expect(meter.wait(0)).toBe(1_000);
    expect(meter.wait(400)).toBeCloseTo(600);
    expect(meter.allowance(2_500)).toBe(2);
  });

  it('slows a device down that has spent the bytes of a day', () => {
    const meter = new QuotaMeter({ ...quota, bytesPerDay: 86_400 }, 0);
    meter.take(1, 86_400 + 999, 0);
    expect(meter.allowance(0)).toBe(0);
    expect(meter.wait(0)).toBe(1_000_000);
    expect(meter.allowance(1_000_001)).toBe(10);
  });

  it('costs a device nothing when the clock goes back', () => {
    const meter = new QuotaMeter(quota, 1_000_000);
    meter.take(10, 0, 1_000_000);
    expect(meter.admit(1, 0)).toBe(false);
    expect(meter.admit(1, 1_000)).toBe(true);
  });

  it('takes another quota at once and forgives no more than it has to', () => {
    const meter = new QuotaMeter(quota, 0);
    meter.take(4, 0, 0);
    meter.change({ messagesPerMinute: 60, burst: 5, bytesPerDay: null }, 0);
    expect(meter.allowance(0)).toBe(1);
    meter.change({ messagesPerMinute: 6_000, burst: 100, bytesPerDay: null }, 0);
    expect(meter.allowance(0)).toBe(96);
  });

  it('knows what was used in the last minute and day, and since when it holds back', () => {
    const meter = new QuotaMeter(quota, 0);
    meter.take(10, 1_000, 0);
    expect(meter.usage(0)).toEqual({ messagesLastMinute: 10, messagesLastDay: 10, bytesLastDay: 1_000, throttledForMs: null, throttled: 0 }); // prettier-ignore
    expect(meter.admit(1, 10)).toBe(false);
    expect(meter.admit(1, 500)).toBe(false);
    expect(meter.usage(600)).toMatchObject({ throttledForMs: 590, throttled: 2 });
    expect(meter.usage(90_000)).toMatchObject({ messagesLastMinute: 5, throttledForMs: null, throttled: 2 });
    expect(meter.usage(200_000)).toMatchObject({ messagesLastMinute: 0, messagesLastDay: 10 });
  });
});

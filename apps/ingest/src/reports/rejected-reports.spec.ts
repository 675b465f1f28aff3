import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DeadLetter } from '#core';
import { IngestCounters } from '../ingest-counters.js';
import { RejectedReports } from './rejected-reports.js';

const letter = (parts: Partial<DeadLetter> = {}): DeadLetter => ({
  id: '1-0',
  sequence: 1,
  source: 'GF3637',
  topic: 'city/hyd/smart-lamppost/GF3637/telemetry',
  payload: new Uint8Array(),
  receivedAt: 5,
  device: 'GF3637',
  department: 'hyd',
  kind: 'smart-lamppost',
  partial: false,
  rejections: [
    { code: 'out-of-range', pointer: '/values/temperature', detail: 'Too hot.', expected: '-40 to 80', actual: '99' },
  ],
  ...parts,
});

describe('rejected reports', () => {
  let now = 0;
  let sent: [string, Record<string, unknown>][];
  let counters: IngestCounters;
  const channel = {
    connected: true,
    publish: (topic: string, payload: string) => sent.push([topic, JSON.parse(payload) as Record<string, unknown>]),
  };
  let reports: RejectedReports;
  beforeEach(() => {
    sent = [];
    now = 0;
    channel.connected = true;
    counters = new IngestCounters();
    reports = new RejectedReports(channel, counters, { now: () => 0, monotonic: () => now });
  });

  it('tell the device on its own topic', () => {
    reports.send([letter()]);
    expect(sent).toEqual([
      [
        'city/hyd/smart-lamppost/GF3637/rejected',
        {
          code: 'out-of-range',
          pointer: '/values/temperature',
          detail: 'Too hot.',
          expected: '-40 to 80',
          actual: '99',
          id: '1-0',
          receivedAt: 5,
          partial: false,
          rejections: letter().rejections,
        },
      ],
    ]);
  });

  it('tell nobody when the device is not known', () => {
    reports.send([letter({ device: null }), letter({ department: null })]);
    expect([sent.length, counters.reportsDropped]).toEqual([0, 0]);
  });

  it('are limited for each device, and counted', () => {
    reports.send(Array.from({ length: 100 }, () => letter()));
    reports.send([letter({ device: 'GF3638' })]);
    expect([sent.length, counters.reportsSent, counters.reportsDropped]).toEqual([21, 21, 80]);
    now += 3_000;
    reports.send(Array.from({ length: 100 }, () => letter()));
    expect(counters.reportsSent).toBe(24);
  });

  it('are dropped, not kept, while the broker is away', () => {
    channel.connected = false;
    reports.send([letter()]);
    expect([sent.length, counters.reportsDropped]).toEqual([0, 1]);
  });
});

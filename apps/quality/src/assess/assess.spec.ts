import { describe, expect, it } from '@jest/globals';
import { findKind } from '#kinds';
import { DeviceObserver, observedColumns } from '../observe/device-observer.js';
import { HourMemory, KindMemory } from '../observe/kind-memory.js';
import { HOUR_MS } from '../observe/window.js';
import { assess } from './assess.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 25, 0);
const NO_MESSAGES = { rejected: 0, messages: 0 };

describe('a device', () => {
  const memory = (): KindMemory => new KindMemory(findKind('lpwan-node')!, new HourMemory());

  it('without a reading is silent, for as long as it was waited for', () => {
    const { grade, report } = assess(new DeviceObserver(memory(), START), NO_MESSAGES, MINUTE, START + 10 * MINUTE);
    expect(grade).toBe('silent');
    expect(report.reasons).toMatchObject([{ code: 'silent', text: { en: 'No reading in the last 10 min.' } }]);
  });

  it('that sends is not silent though its clock is days behind; its clock is', () => {
    const of = memory();
    const observer = new DeviceObserver(of, START);
    const receivedAt = Float64Array.from({ length: 120 }, (_, i) => START + i * MINUTE);
    const batch = {
      kind: 'lpwan-node',
      length: 120,
      devices: [],
      device: new Uint32Array(120),
      time: receivedAt.map((at) => at - 60 * HOUR_MS),
      receivedAt,
      sequence: receivedAt,
      boot: [],
      seq: receivedAt,
      metrics: [],
      columns: [],
    };
    for (let row = 0; row < batch.length; row++)
      observer.observe(batch, row, observedColumns(batch, of.watched), MINUTE);
    const { grade, report } = assess(observer, NO_MESSAGES, MINUTE, START + 2 * HOUR_MS);
    expect(grade).toBe('poor');
    expect(report.reasons.map(({ code }) => code)).toContain('clock-offset');
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IngestRig } from './testing/ingest-rig.js';

const QUIET = '0101010101010101';
const RUNAWAY = '0202020202020202';

/** Devices behind a network server: whoever floods it must cost the others nothing. */
describe('quotas of devices behind a network server', () => {
  let rig: IngestRig;
  let frames = 0;
  beforeEach(async () => {
    rig = await IngestRig.open();
    const place = { kind: 'lpwan-node', department: 'emsd', latitude: 22.3, longitude: 114.17 };
    const quota = { messagesPerMinute: 1, burst: 5, bytesPerDay: null };
    await rig.registry.devices.create([
      { id: 'quiet', devEui: QUIET, ...place },
      { id: 'runaway', devEui: RUNAWAY, ...place, quota },
    ]);
    await rig.start();
  });
  afterEach(() => rig.close());

  const send = (devEui: string): Promise<void> => {
    const number = ++frames;
    return rig.append('gateway-1', `application/a/device/${devEui}/event/up`, {
      deduplicationId: `frame-${number}`,
      time: new Date(Date.now() - 1_000 + number).toISOString(),
      devAddr: '00189440',
      fCnt: number,
      fPort: 2,
      object: { temperature: 21 },
      rxInfo: [{ gatewayId: '0016c001f153a14c', rssi: -80, snr: 7 }],
    });
  };
  const counts = async (): Promise<{ stored: number; overQuota: number; unaccounted: number }> => {
    const { stored, deadLetters, unaccounted } = await rig.ledger();
    return { stored, overQuota: deadLetters['over-quota'] ?? 0, unaccounted };
  };

  it('set aside what is above them, count it, and tell the device and its owner', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => send(i % 2 === 0 ? RUNAWAY : QUIET)));
    await rig.drained();
    expect(await counts()).toEqual({ stored: 25, overQuota: 15, unaccounted: 0 });
    const { deadLetters } = await rig.store.deadLetters({ departments: ['emsd'], limit: 100 });
    expect(new Set(deadLetters.map(({ device }) => device))).toEqual(new Set(['runaway']));
    expect(deadLetters[0]!.rejections).toMatchObject([{ code: 'over-quota', expected: '1:5' }]);
    const told = (channel: string): number =>
      rig.reports.filter(({ topic }) => topic === `city/emsd/lpwan-node/runaway/${channel}`).length;
    expect([told('rejected'), told('quota')]).toEqual([15, 1]);
    expect(rig.ingest.counters.overQuota).toBe(15);
  });

  it('apply at once when they are changed', async () => {
    await rig.registry.devices.update('runaway', { quota: null });
    await rig.changesSeen();
    await Promise.all(Array.from({ length: 20 }, () => send(RUNAWAY)));
    await rig.drained();
    expect(await counts()).toEqual({ stored: 20, overQuota: 0, unaccounted: 0 });
  });

  it('never let less through when a batch is read again after a restart', async () => {
    await Promise.all(Array.from({ length: 3 }, () => send(RUNAWAY)));
    await rig.drained();
    await rig.stop();
    await Promise.all(Array.from({ length: 5 }, () => send(RUNAWAY)));
    await rig.start();
    await rig.drained();
    expect(await counts()).toEqual({ stored: 8, overQuota: 0, unaccounted: 0 });
  });
});

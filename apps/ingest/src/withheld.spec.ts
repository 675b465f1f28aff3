import { afterEach, describe, expect, it } from '@jest/globals';
import { IngestRig, type RigOptions } from './testing/ingest-rig.js';

const TOKEN = 187_649_984_473_770;

describe('kinds that could identify people (THREATS 40)', () => {
  let rig: IngestRig;
  afterEach(() => rig.close());

  async function open(options: RigOptions = {}): Promise<void> {
    rig = await IngestRig.open(options);
    await rig.registry.devices.create([
      { id: 'J1', kind: 'journey-time', department: 'td', latitude: 22.3, longitude: 114.17 },
    ]);
    await rig.start();
  }
  const send = (topic: string, payload: unknown) => rig.append('J1', `city/td/${topic}/telemetry`, payload);
  const reading = { values: { token: TOKEN, method: 'radio' } };

  it.each([
    ['a reading', 'journey-time/J1', reading],
    ['what is no JSON', 'journey-time/J1', `plate ${TOKEN}`],
    ['a reading on the topic of another kind', 'parking-space/J1', reading],
    ['a reading of a device that nobody registered', 'journey-time/J2', reading],
  ])('leave a dead letter without a byte of %s', async (_what, topic, payload) => {
    await open();
    await send(topic, payload);
    await rig.drained();
    const { deadLetters } = await rig.store.deadLetters({ departments: null, limit: 10 });
    expect(deadLetters).toHaveLength(1);
    expect(deadLetters[0]).toMatchObject({ source: 'J1', rejections: [{ code: 'kind-not-approved' }] });
    expect(deadLetters[0]!.payload).toHaveLength(0);
    expect(JSON.stringify([deadLetters, rig.reports])).not.toContain(String(TOKEN));
    expect(await rig.ledger()).toMatchObject({ stored: 0, deadLetters: { 'kind-not-approved': 1 }, unaccounted: 0 });
  });

  it('are stored when they are approved', async () => {
    await open({ approvals: new Map([['journey-time', 'PIA/2026/3']]) });
    await send('journey-time/J1', reading);
    await rig.drained();
    expect(await rig.ledger()).toMatchObject({ stored: 1, deadLetters: {}, unaccounted: 0 });
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PATIENCE_MS, until } from '#core/testing';
import { createTranscoder, type ManagedTranscoder } from '#device-types';
import { DAY_MS, IngestRig } from './testing/ingest-rig.js';

const EUI = '0101010101010101';
const UP = `application/a/device/${EUI}/event/up`;

/** The whole path with scripts in their sandbox. */
describe('payloads of device types', () => {
  let rig: IngestRig;
  let transcoder: ManagedTranscoder;
  beforeEach(async () => {
    transcoder = createTranscoder({ policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } });
    rig = await IngestRig.open({ transcoder, maxAgeMs: 40 * 365 * DAY_MS });
    await rig.start();
  });
  afterEach(async () => {
    await rig.close();
    await transcoder.close();
  });

  const register = (deviceType: string): Promise<unknown> => {
    const place = { department: 'fehd', latitude: 22.3, longitude: 114.17 };
    return rig.registry.devices.create([{ id: 'BIN1', kind: 'litter-bin', ...place, devEui: EUI, deviceType }]);
  };
  const send = async (fCnt: number, hex: string): Promise<void> => {
    const time = new Date(Date.UTC(2026, 10, 21, 0, fCnt)).toISOString();
    const data = Buffer.from(hex, 'hex').toString('base64');
    await rig.append('gateway-1', UP, { time, devAddr: '00189440', fCnt, fPort: 2, data });
    await rig.drained();
  };
  const stored = async (): Promise<[string, number][]> => {
    const ask = { kind: 'litter-bin', devices: ['BIN1'], metrics: [], from: 0, to: 8e15, limit: 100 };
    return (await rig.store.history(ask)).values.map(({ metric, value }) => [metric, value]);
  };

  it('that ship with the platform become readings of the kind', async () => {
    await register('generic-ultrasonic-litter-bin');
    await send(1, '00fa1c00fe');
    await send(2, '00');
    expect(await rig.ledger()).toMatchObject({ stored: 1, unaccounted: 0 });
    expect(Object.values((await rig.ledger()).deadLetters)).toEqual([1]);
    expect(Object.fromEntries(await stored())).toMatchObject({ fill: 75, battery: 100 });
  });

  it('that a city adds are read from the next look at the registry on', async () => {
    await register('acme-bin-1');
    await send(1, '2a');
    expect(await rig.ledger()).toMatchObject({ deadLetters: { 'no-codec': 1 } });
    await rig.registry.deviceTypes.put({
      id: 'acme-bin-1',
      kind: 'litter-bin',
      definition: {
        id: 'acme-bin-1',
        vendor: 'Acme',
        model: 'Bin',
        version: '1',
        kind: 'litter-bin',
        titles: { en: 'Bin', 'zh-Hant': '垃圾桶', 'zh-Hans': '垃圾桶' },
      },
      script: 'function decodeUplink(input) { return { data: { fill: input.bytes[0] } }; }',
      examples: [],
      revision: 'r1',
    });
    let counter = 2;
    const readings = await until(
      'a payload to be decoded',
      async () => {
        await send(counter++, '2a');
        return stored();
      },
      ({ length }) => length > 0,
    );
    expect(readings[0]).toEqual(['fill', 42]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { DAY_MS, IngestRig } from './testing/ingest-rig.js';
import { SmallTranscoder } from './testing/small-transcoder.js';

const FIXTURES = new URL('../../../libs/codecs/fixtures/', import.meta.url);
const EUI = '0101010101010101';
const UP = `application/a/device/${EUI}/event/up`;

const at = (text: string): number => Date.parse(text);

interface Fixture {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** An event of the network servers' documentation, as the codecs' fixtures hold it. */
function fixture(name: string): Fixture {
  const read = (file: string): Buffer => readFileSync(new URL(`${name}/${file}`, FIXTURES));
  return {
    topic: (JSON.parse(read('expected.json').toString()) as { topic: string }).topic,
    payload: read('payload.json'),
  };
}

describe('LoRaWAN devices', () => {
  let rig: IngestRig;
  const transcoder = new SmallTranscoder();
  const open = async (): Promise<void> => {
    rig = await IngestRig.open({ transcoder, maxAgeMs: 40 * 365 * DAY_MS });
    await add('node-1', EUI, 'raw');
    await rig.start();
  };
  const add = async (id: string, devEui: string, deviceType: string | null): Promise<void> => {
    const place = { department: 'emsd', latitude: 22.3, longitude: 114.17 };
    await rig.registry.devices.create([{ id, kind: 'lpwan-node', ...place, devEui, deviceType }]);
  };
  beforeEach(open);
  afterEach(() => rig.close());

  const stored = async (kind: string, device = 'node-1'): Promise<Record<string, number>[]> => {
    const page = await rig.store.history({ kind, devices: [device], metrics: [], from: 0, to: 8e15, limit: 10_000 });
    const rows = new Map<number, Record<string, number>>();
    for (const { time, metric, value } of page.values) rows.set(time, { ...rows.get(time), [metric]: value });
    return [...rows].map(([time, values]) => ({ time, ...values }));
  };
  let minute = 0;
  const frame = (fCnt: number, change: Record<string, unknown> = {}): Record<string, unknown> => ({
    time: new Date(Date.UTC(2026, 10, 21) + ++minute * 120_000).toISOString(),
    deduplicationId: `frame-${minute}`,
    devAddr: '00189440',
    fCnt,
    fPort: 2,
    data: Buffer.from([21]).toString('base64'),
    rxInfo: [{ gatewayId: '0016c001f153a14c', rssi: -80, snr: 7 }],
    ...change,
  });
  const send = async (topic: string, ...events: unknown[]): Promise<void> => {
    await Promise.all(events.map((event) => rig.append('gateway-1', topic, event)));
    await rig.drained();
  };

  it('land as readings, with how they were heard beside them', async () => {
    const { topic, payload } = fixture('chirpstack-up-without-object');
    await send(topic, payload);
    const time = Date.parse('2022-07-18T09:34:15.775Z');
    // 170 degrees are refused alone.
    expect(await stored('lpwan-node')).toEqual([{ time, rssi: -36, snr: 10.5 }]);
    expect(await stored('lorawan-link')).toEqual([
      { time, rssi: -36, snr: 10.5, spreadingFactor: 11, bandwidth: 125_000, radioFrequency: 867_100_000, frameCounter: 0, gateways: 1, gateway: 1 }, // prettier-ignore
    ]);
    expect(await rig.registry.gateways.list({ limit: 9 })).toMatchObject([{ number: 1, eui: '0016c001f153a14c' }]);
    expect(await rig.ledger()).toEqual({ stored: 1, duplicates: 0, deadLetters: {}, unaccounted: 0 });
  });

  it.each<[string, string, object]>([
    ['chirpstack-join', 'node-1', { network: { devAddr: '00189440', joinedAt: at('2022-07-18T09:33:28.823Z') } }],
    [
      'chirpstack-status',
      'node-1',
      { battery: { percent: 88.3, externalPower: false, margin: 10, at: at('2022-07-18T09:35:06.927Z') } },
    ],
    ['chirpstack-log', 'node-1', { log: [{ level: 'error', code: 'UPLINK_MIC' }] }],
    [
      'chirpstack-ack',
      'node-1',
      { downlinks: [{ id: '1bbcab1d-6ec6-4136-b3f5-d63be1dc08de', step: 'acknowledged', frameCounter: 3 }] },
    ],
    [
      'chirpstack-txack',
      'node-1',
      { downlinks: [{ id: '42cb6459-a640-46ec-9623-bdff39dc4736', step: 'sent', gateway: '0016c001f153a14c' }] },
    ],
    [
      'chirpstack-log-downlink-discarded',
      'node-1',
      {
        log: [{ level: 'error', code: 'DOWNLINK_PAYLOAD_SIZE' }],
        downlinks: [{ id: '42cb6459-a640-46ec-9623-bdff39dc4736', step: 'failed', reason: expect.stringMatching(/larger/) }], // prettier-ignore
      },
    ],
    ['chirpstack-location', 'node-1', { location: { latitude: 37.344214, longitude: -8.839375, altitudeM: 2 } }],
    [
      'chirpstack-integration',
      'node-2',
      { log: [{ code: 'INTEGRATION', description: 'loracloud: modem_UplinkResponse' }] },
    ],
    ['things-stack-v3-doc-join', 'node-3', { network: { devAddr: '01da1f15', deviceId: 'dev1', tenant: 'tenant1' } }],
    ['things-stack-queue-invalidated', 'node-3', { log: [{ level: 'warning', code: 'DOWNLINK_QUEUE_INVALIDATED' }] }],
    [
      'things-stack-v3-doc-ack',
      'node-3',
      { downlinks: [{ id: 'my-correlation-id', step: 'acknowledged', frameCounter: 11 }] },
    ],
  ])('keep what %s says as state of %s, however often it is told', async (name, device, state) => {
    await add('node-2', '0016c001f000175a', null);
    await add('node-3', '4200000000000000', null);
    const { topic, payload } = fixture(name);
    await send(topic, payload);
    await send(topic, payload);
    expect(await rig.ledger()).toEqual({ stored: 2, duplicates: 0, deadLetters: {}, unaccounted: 0 });
    expect(await rig.registry.deviceState.get(device)).toMatchObject(state);
  });

  it('fail a downlink that ChirpStack has thrown away', async () => {
    const id = '42cb6459-a640-46ec-9623-bdff39dc4736';
    const wish = { device: 'node-1', networkServer: null, queuedBy: 'user:a', fPort: 2, payload: Buffer.alloc(52) };
    await rig.registry.downlinks.create({ id, ...wish, confirmed: false });
    const { topic, payload } = fixture('chirpstack-log-downlink-discarded');
    await send(topic, payload);
    expect(await rig.registry.downlinks.get(id)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/larger/),
    });
  });

  it('take what says an uplink once more for the repetition that it is', async () => {
    await add('node-3', '4200000000000000', null);
    const { topic, payload } = fixture('things-stack-up-normalized');
    await send(topic, payload);
    expect(await rig.ledger()).toEqual({ stored: 0, duplicates: 1, deadLetters: {}, unaccounted: 0 });
    expect(await rig.registry.deviceState.get('node-3')).toBeNull();
  });

  it('take uplinks of The Things Stack by their DevEUI, and refuse what nobody can read', async () => {
    await add('node-3', '4200000000000000', null);
    const { topic, payload } = fixture('things-stack-v3-doc-up');
    await send(topic, payload);
    await send('v3/app1@tenant1/devices/dev1/up', {
      end_device_ids: { device_id: 'dev1', dev_eui: '4200000000000000', dev_addr: '01DA1F15' },
      received_at: '2026-11-21T01:02:04Z',
      uplink_message: { f_cnt: 1, f_port: 3, frm_payload: 'AQ==', decoded_payload: { temperature: 20 } },
    });
    expect(await rig.ledger()).toEqual({ stored: 1, duplicates: 0, deadLetters: { 'no-codec': 1 }, unaccounted: 0 });
    expect(await stored('lpwan-node', 'node-3')).toMatchObject([{ temperature: 20 }]);
    const { deadLetters } = await rig.store.deadLetters({ departments: ['emsd'], limit: 9 });
    expect(deadLetters).toMatchObject([{ device: 'node-3', source: 'gateway-1', topic, partial: false }]);
    expect(Buffer.from(deadLetters[0]!.payload)).toEqual(Buffer.from(payload));
    expect((await rig.registry.deviceState.get('node-3'))!.network).toMatchObject({
      server: 'the-things-stack',
      source: 'gateway-1',
      application: 'app1',
      tenant: 'tenant1',
      deviceId: 'dev1',
      devAddr: '01da1f15',
      // The second is written with the next uplink after half a minute.
      lastUplinkAt: at('2019-01-29T13:02:34.981Z'),
      lastFrameCounter: 0,
      lastGateway: '0242020000247803',
    });
  });

  it('are decoded by type in one call, by mapping, or by the names of the server', async () => {
    await add('node-4', '0404040404040404', 'mapped');
    await add('node-5', '0505050505050505', null);
    await add('node-6', '0606060606060606', 'gone');
    const calls = transcoder.calls.length;
    await Promise.all([
      send(UP, frame(1), frame(2, { data: Buffer.from([0xff]).toString('base64') }), frame(3, { data: 'FgA=' })),
      send(
        'uplink/app/0404040404040404',
        { object: { t: 22 }, data: 'AQ==', fPort: 2 },
        { data: 'AQ==', fPort: 2, fCnt: 9 },
      ),
      send('uplink/app/0505050505050505', { object: { temperature: 23 }, fPort: 2 }),
      send('uplink/app/0606060606060606', { object: { temperature: 24 }, fPort: 2 }),
    ]);
    expect(await rig.ledger()).toEqual({
      stored: 4,
      duplicates: 0,
      deadLetters: { 'codec-failed': 1, 'no-codec': 2 },
      unaccounted: 0,
    });
    expect(transcoder.calls.slice(calls).reduce((a, b) => a + b)).toBe(3);
    expect((await stored('lpwan-node')).map(({ temperature }) => temperature)).toEqual([21, 22]);
    for (const [device, temperature] of [['node-4', 22], ['node-5', 23]] as const) expect(await stored('lpwan-node', device)).toMatchObject([{ temperature }]); // prettier-ignore
  });

  it('keep what scripts warn of in the log of the device', async () => {
    await send(UP, frame(1, { data: 'FgA=' }));
    await send(`application/a/device/${EUI}/event/join`, { devAddr: '00189441' });
    await send(UP, frame(0, { devAddr: '00189441' }));
    const { log, network } = (await rig.registry.deviceState.get('node-1'))!;
    expect(log).toMatchObject([{ code: 'CODEC', level: 'warning', description: 'one byte too many' }]);
    expect(network!.devAddr).toBe('00189441');
  });

  it('point at what is wrong in the server’s own object', async () => {
    await add('node-5', '0505050505050505', null);
    await send('uplink/app/0505050505050505', { object: { temperature: 999, humidity: 50 }, fCnt: 1, rssi: 30 });
    const { deadLetters } = await rig.store.deadLetters({ departments: null, limit: 9 });
    expect(deadLetters).toMatchObject([{ partial: true }]);
    expect(deadLetters[0]!.rejections.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['out-of-range', '/object/temperature'],
      ['out-of-range', ''],
      ['out-of-range', ''],
    ]);
    expect(await rig.ledger()).toMatchObject({ stored: 1, deadLetters: {}, unaccounted: 0 });
  });

  it('without a payload say only how they were heard', async () => {
    await send(UP, frame(1, { fPort: 0, data: 'AgM=' }), frame(2, { fPort: undefined, data: undefined }));
    expect(await stored('lpwan-node')).toEqual([]);
    expect((await stored('lorawan-link')).map(({ frameCounter, frameGap }) => [frameCounter, frameGap])).toEqual([[1, undefined], [2, 0]]); // prettier-ignore
    await send(UP, { ...frame(2, { fPort: 0, data: undefined }), time: new Date(Date.UTC(2026, 10, 21) + (minute - 1) * 120_000).toISOString() }); // prettier-ignore
    expect(await rig.ledger()).toEqual({ stored: 2, duplicates: 1, deadLetters: {}, unaccounted: 0 });
  });

  it('T17 T18 are one reading however many gateways, servers and deliveries brought them, across restarts', async () => {
    const first = frame(1, { rxInfo: [{ gatewayId: 'aa', rssi: -110, snr: -9 }, { gatewayId: 'bb', rssi: -70, snr: 9 }] }); // prettier-ignore
    const other = { ...first, deduplicationId: 'x', rxInfo: [{ gatewayId: 'cc', rssi: -60, snr: 9 }] };
    await rig.stop();
    await Promise.all([
      rig.append('gateway-1', UP, first),
      rig.append('gateway-2', UP, other),
      rig.append('gateway-1', UP, first),
    ]);
    await rig.start();
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 1, duplicates: 2, deadLetters: {}, unaccounted: 0 });
    const numbers = new Map((await rig.registry.gateways.list({ limit: 9 })).map(({ eui, number }) => [eui, number]));
    expect(await stored('lorawan-link')).toMatchObject([
      { rssi: -60, snr: 9, gateways: 3, gateway: numbers.get('cc') },
    ]);
    expect(await stored('lpwan-node')).toMatchObject([{ rssi: -60, snr: 9 }]);
    const last = frame(2);
    await send(UP, last);
    await rig.stop();
    await Promise.all([first, other, last].map((event) => rig.append('gateway-2', UP, event)));
    await rig.start();
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 2, duplicates: 5, deadLetters: {}, unaccounted: 0 });
    expect(await stored('lorawan-link')).toHaveLength(2);
  });

  it('count the frames that were missed, across a join and a restart', async () => {
    await send(UP, frame(10), frame(11), frame(14));
    await rig.stop();
    await rig.start();
    await send(UP, frame(17), frame(1, { devAddr: '00189441' }), frame(2, { devAddr: '00189441' }));
    const gaps = (await stored('lorawan-link')).map(({ frameCounter, frameGap }) => [frameCounter, frameGap]);
    expect(gaps).toEqual([[10, undefined], [11, 0], [14, 2], [17, 2], [1, 1], [2, 0]]); // prettier-ignore
    expect(rig.ingest.counters.missedFrames).toBe(3);
  });

  it('whose counter starts again without a join are not taken for repetitions', async () => {
    await send(UP, ...[0, 1, 2, 3].map((counter) => frame(counter)));
    await send(UP, ...[0, 1, 2].map((counter) => frame(counter)));
    await rig.stop();
    await rig.start();
    await send(UP, frame(3));
    expect(await rig.ledger()).toEqual({ stored: 8, duplicates: 0, deadLetters: {}, unaccounted: 0 });
  });

  it('whose counter starts again with every frame are heard, and repetitions of their frames are none', async () => {
    const frames = [21, 22, 23, 24].map((byte) => frame(0, { data: Buffer.from([byte]).toString('base64') }));
    for (const each of frames) await send(UP, each, each);
    expect(await rig.ledger()).toEqual({ stored: 4, duplicates: 4, deadLetters: {}, unaccounted: 0 });
    expect((await stored('lpwan-node')).map(({ temperature }) => temperature)).toEqual([21, 22, 23, 24]);
    // Nothing is known to be missed between them.
    expect(rig.ingest.counters.missedFrames).toBe(0);
  });

  it('whose counter started again while nobody read the journal lose nothing', async () => {
    await rig.stop();
    await Promise.all([1, 2, 1, 2].map((counter) => rig.append('gateway-1', UP, frame(counter))));
    await rig.start();
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 4, duplicates: 0, deadLetters: {}, unaccounted: 0 });
  });

  it('whose network server told a time in the future once are followed all the same', async () => {
    const rejoined = { devAddr: '00189441' };
    for (const [counter, aheadMs, change] of [
      [5, 0],
      [6, 3 * DAY_MS],
      [5, 0],
      [1, 0, rejoined],
      [3, 0, rejoined],
    ] as const) {
      // prettier-ignore
      const event = frame(counter, change);
      const receivedAt = at(event['time'] as string);
      await rig.append('gateway-1', UP, { ...event, time: new Date(receivedAt + aheadMs).toISOString() }, receivedAt);
      await rig.drained();
    }
    expect(await rig.ledger()).toEqual({ stored: 4, duplicates: 0, deadLetters: { 'in-future': 1 }, unaccounted: 0 });
    expect((await stored('lorawan-link')).map(({ frameGap }) => frameGap)).toEqual([undefined, 5, 1, 1]);
  });

  it('that are isolated are not heard', async () => {
    await rig.registry.devices.update('node-1', { enabled: false });
    await send(UP, frame(1));
    const { topic, payload } = fixture('chirpstack-join');
    await send(topic, payload);
    expect(await rig.ledger()).toEqual({
      stored: 0,
      duplicates: 0,
      deadLetters: { 'device-isolated': 2 },
      unaccounted: 0,
    });
    expect(await rig.registry.deviceState.get('node-1')).toBeNull();
  });

  it('whose status is told have it among their readings', async () => {
    const { topic, payload } = fixture('chirpstack-status');
    await send(topic, payload);
    expect(await stored('lpwan-node')).toMatchObject([{ battery: 88.3, linkMargin: 10 }]);
    expect(await stored('lorawan-link')).toMatchObject([{ battery: 88.3, linkMargin: 10 }]);
  });

  it('keep the registry free of uplinks', async () => {
    let writes = 0;
    const { deviceState } = rig.registry;
    const apply = deviceState.apply.bind(deviceState);
    deviceState.apply = (changes) => {
      writes += changes.length;
      return apply(changes);
    };
    for (let counter = 0; counter < 5; counter++) await send(UP, frame(counter));
    expect(writes).toBe(1);
    await send(UP, frame(0, { devAddr: '00189441' }));
    expect(writes).toBe(2);
  });

  it('tell when their network server was heard last, whoever they are of', async () => {
    const of = (id: string, type: 'chirpstack' | 'http') =>
      rig.registry.networkServers.create({ id, name: id, type, applications: [id], downlink: null });
    await of('gateway-1', 'chirpstack');
    await of('silent', 'http');
    await send(UP, frame(1));
    await send('application/a/device/0909090909090909/event/up', frame(2));
    await rig.stop();
    const [heard, silent] = await rig.registry.networkServers.list();
    expect(Math.abs(heard!.lastMessageAt! - Date.now())).toBeLessThan(60_000);
    expect(silent!.lastMessageAt).toBeNull();
  });

  it('that nobody registered, and events that nobody knows, are dead letters', async () => {
    await send('application/a/device/0909090909090909/event/up', frame(1));
    await send(`application/a/device/${EUI}/event/later`, {});
    await send('v3/app1/devices/dev1/down/push', fixture('things-stack-v3-doc-push').payload);
    await send(UP, '{');
    expect(await rig.ledger()).toEqual({
      stored: 0,
      duplicates: 0,
      deadLetters: { 'unknown-device': 1, 'unsupported-event': 2, 'bad-json': 1 },
      unaccounted: 0,
    });
    const { deadLetters } = await rig.store.deadLetters({ departments: ['emsd'], limit: 9 });
    expect(deadLetters.map(({ rejections }) => rejections[0]!.code)).toEqual(['bad-json', 'unsupported-event']);
  });
});

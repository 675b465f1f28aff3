import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PATIENCE_MS } from '#core/testing';
import { checkDeviceType, createTranscoder, type DeviceType, type ManagedTranscoder } from '#device-types';
import { IngestRig } from './testing/ingest-rig.js';

const EUI = '0101010101010101';
const UP = `application/a/device/${EUI}/event/up`;
const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 21);

function typeOf(id: string, change: object, script: string | null = null): DeviceType {
  const definition = { id, vendor: 'V', model: 'M', version: '1', kind: 'pipe-logger', ...change };
  const { type, faults } = checkDeviceType({ definition, script, examples: [] });
  if (type === undefined) throw new Error(JSON.stringify(faults));
  return type;
}

const FIELDS = { waterPressure: 'p', battery: 'battery' };
/** Minutes of the hour and pressure, byte by byte. */
const SCRIPT = `function decodeUplink(input) {
  var start = Date.UTC(2026, 10, 21) / 1000, history = [];
  for (var i = 0; i < input.bytes.length; i += 2) history.push({ t: start + input.bytes[i] * 60, p: input.bytes[i + 1] });
  return { data: { history: history } };
}`;
const TYPES = [
  typeOf('clock', { fields: FIELDS, records: ['', 'history'], time: { source: 't', format: 's' } }),
  typeOf('ages', { fields: FIELDS, records: 'history', time: { source: 'age', format: 'age', unit: 'min' } }),
  typeOf('normal', { normalized: true, fields: { waterPressure: 'water.pressure' } }),
  typeOf('script', { fields: FIELDS, records: 'history', time: { source: 't', format: 's' } }, SCRIPT),
];

describe('an uplink with several records', () => {
  let rig: IngestRig;
  let transcoder: ManagedTranscoder;
  beforeEach(async () => {
    transcoder = createTranscoder({ types: TYPES, policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } });
    const { find, decode, map } = transcoder;
    // As it is: the rig would give one that is managed the types of the registry.
    rig = await IngestRig.open({
      transcoder: { find: find.bind(transcoder), decode: decode.bind(transcoder), map: map.bind(transcoder) },
    });
  });
  afterEach(async () => {
    await rig.close();
    await transcoder.close();
  });

  const open = async (deviceType: string): Promise<void> => {
    const place = { department: 'wsd', latitude: 22.3, longitude: 114.17 };
    await rig.registry.devices.create([{ id: 'PL1', kind: 'pipe-logger', ...place, devEui: EUI, deviceType }]);
    await rig.start();
  };
  /** A frame that ChirpStack heard in this minute. */
  const frame = (minute: number, change: object): [string, object, number] => [
    UP,
    {
      time: new Date(START + minute * MINUTE).toISOString(),
      devAddr: '00189440',
      fCnt: minute,
      fPort: 1,
      rxInfo: [{ gatewayId: 'aa', rssi: -80, snr: 7 }],
      ...change,
    },
    START + minute * MINUTE,
  ];
  const send = async (...frames: [string, object, number][]): Promise<void> => {
    await Promise.all(frames.map(([topic, event, at]) => rig.append('gateway-1', topic, event, at)));
    await rig.drained();
  };
  /** Minute and value of what is stored. */
  const stored = async (metric = 'waterPressure', kind = 'pipe-logger'): Promise<[number, number][]> => {
    const ask = { kind, devices: ['PL1'], metrics: [metric], from: 0, to: 8e15, limit: 10_000 };
    const { values } = await rig.store.history(ask);
    return values.map(({ time, value }) => [(time - START) / MINUTE, value]);
  };
  const at = (minute: number): number => START / 1000 + minute * 60;
  const history = (...minutes: number[]): object => ({ history: minutes.map((each) => ({ t: at(each), p: each })) });
  const letters = async () => (await rig.store.deadLetters({ departments: null, limit: 9 })).deadLetters;

  it('becomes a reading for each, and one of how the frame was heard', async () => {
    await open('clock');
    await send(frame(60, { object: { battery: 90, p: 60, ...history(15, 30, 45) } }));
    expect(await stored()).toEqual([[15, 15], [30, 30], [45, 45], [60, 60]]); // prettier-ignore
    expect(await stored('battery')).toEqual([[60, 90]]);
    expect(await stored('frameCounter', 'lorawan-link')).toEqual([[60, 60]]);
    expect(await rig.ledger()).toEqual({ stored: 1, duplicates: 0, deadLetters: {}, unaccounted: 0 });
  });

  it('is stored once, however often it is heard and however frames overlap, across restarts', async () => {
    await open('clock');
    const frames = [frame(30, { object: history(15, 30) }), frame(45, { object: history(15, 30, 45) })] as const;
    await send(frames[0]);
    await send(...frames, frames[1]);
    const later = frame(60, { object: history(...Array.from({ length: 12 }, (_, i) => 16 + i), 45) });
    await send(later);
    await rig.stop();
    await rig.start();
    await send(later, ...frames, frame(61, { object: history(30, 45) }));
    expect((await stored()).map(([minute]) => minute)).toEqual([15, ...Array.from({ length: 12 }, (_, i) => 16 + i), 30, 45]); // prettier-ignore
    expect(await rig.ledger()).toEqual({ stored: 3, duplicates: 6, deadLetters: {}, unaccounted: 0 });
    // A frame that brings nothing new leaves nothing.
    expect(await stored('frameCounter', 'lorawan-link')).toEqual([[30, 30], [45, 45], [60, 60]]); // prettier-ignore
  });

  it('that overlaps another in the same batch is told apart record by record', async () => {
    await open('clock');
    await rig.stop();
    await Promise.all(
      [
        frame(30, { object: history(15, 30) }),
        frame(45, { object: history(30, 45) }),
        frame(46, { object: history(15, 45) }),
      ].map(([topic, event, receivedAt]) => rig.append('gateway-1', topic, event, receivedAt)),
    );
    await rig.start();
    await rig.drained();
    expect(await stored()).toEqual([[15, 15], [30, 30], [45, 45]]); // prettier-ignore
    expect(await rig.ledger()).toEqual({ stored: 2, duplicates: 1, deadLetters: {}, unaccounted: 0 });
  });

  it('counts ages back from when the network heard it, and knows a record again that comes some seconds off', async () => {
    await open('ages');
    const ages = (...each: number[]): object => ({ history: each.map((age) => ({ age, p: 100 + age })) });
    await send(frame(60, { object: ages(0, 15, 30) }));
    const [topic, event] = frame(75, { object: ages(0, 15, 30) });
    const time = new Date(START + 75 * MINUTE + 4_000).toISOString();
    const second: [string, object, number] = [topic, { ...event, time }, START + 75 * MINUTE + 9_000];
    await send(second);
    const expected = [[30, 130], [45, 115], [60, 100], [75 + 4 / 60, 100]]; // prettier-ignore
    expect(await stored()).toEqual(expected);
    // The same again from another server, a second later, when memory has forgotten all of it.
    await send(...Array.from({ length: 9 }, (_, i) => frame(80 + i, { object: ages(0) })));
    await rig.stop();
    await rig.start();
    await send([topic, { ...event, time: new Date(START + 75 * MINUTE + 5_000).toISOString() }, second[2]]);
    expect((await stored()).slice(0, 4)).toEqual(expected);
    expect(await stored()).toHaveLength(13);
    expect(await rig.ledger()).toEqual({ stored: 11, duplicates: 1, deadLetters: {}, unaccounted: 0 });
  });

  it('keeps the good records beside a bad one, whose letter names it and is replayed alone', async () => {
    await open('clock');
    const bad = [{ t: 'noon', p: 1 }, { t: at(15), p: 15 }, { t: at(30), p: 99_999 }, { t: at(-20 * 24 * 60), p: 1 }]; // prettier-ignore
    await send(frame(45, { object: { history: bad } }));
    expect(await stored()).toEqual([[15, 15]]);
    const [letter] = await letters();
    expect(letter).toMatchObject({ partial: true, device: 'PL1' });
    expect(letter!.rejections.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['bad-time', '/object/history/0/t'],
      ['out-of-range', '/object/history/2/p'],
      ['too-old', '/object/history/3'],
    ]);
    expect(letter!.rejections[0]!.detail).toMatch(/^Record 0: /);
    expect(await rig.ledger()).toEqual({ stored: 1, duplicates: 0, deadLetters: {}, unaccounted: 0 });
    await rig.replay([letter!]);
    await rig.drained();
    expect(await rig.ledger()).toMatchObject({ stored: 1, deadLetters: { 'bad-time': 1 }, unaccounted: 0 });
    expect(await stored('frameCounter', 'lorawan-link')).toEqual([[45, 45]]);
    expect(await stored()).toEqual([[15, 15]]);
  });

  it('of which no record is good is a dead letter, also when some were stored before', async () => {
    await open('clock');
    await send(frame(15, { object: history(15) }));
    await send(
      frame(30, {
        object: {
          history: [
            { t: at(15), p: 15 },
            { t: 'noon', p: 1 },
          ],
        },
      }),
    );
    await send(frame(45, { object: { history: [] } }), frame(60, { object: { history: 'full' } }));
    await send(frame(75, { object: history(...Array.from({ length: 257 }, (_, i) => i)) }));
    expect(await rig.ledger()).toEqual({
      stored: 1,
      duplicates: 0,
      deadLetters: { 'bad-time': 1, 'no-values': 1, 'codec-output': 2 },
      unaccounted: 0,
    });
    expect((await letters()).find(({ rejections }) => /too many records/.test(rejections[0]!.detail))).toMatchObject({
      partial: false,
      rejections: [{ pointer: '/object/history', expected: 'at most 256', actual: 'an array of 257' }],
    });
  });

  it('is replayed with its own times, and without what was stored since', async () => {
    await open('gone');
    await send(frame(30, { object: history(15, 30) }), frame(45, { object: history(30, 45) }));
    expect(await rig.ledger()).toMatchObject({ stored: 0, deadLetters: { 'no-codec': 2 } });
    await rig.registry.devices.update('PL1', { deviceType: 'clock' });
    const both = await letters();
    await rig.replay(both);
    await rig.drained();
    await rig.replay(both, 'again');
    await rig.drained();
    expect(await stored()).toEqual([[15, 15], [30, 30], [45, 45]]); // prettier-ignore
    expect(await rig.ledger()).toMatchObject({ stored: 2, duplicates: 2, unaccounted: 0 });
  });

  it.each<[string, object]>([
    ['normal', { uplink_message: { f_cnt: 1, f_port: 1, decoded_payload: {}, normalized_payload: [15, 30].map((minute) => ({ time: new Date(START + minute * MINUTE).toISOString(), water: { pressure: minute } })) } }], // prettier-ignore
    ['script', { uplink_message: { f_cnt: 1, f_port: 1, frm_payload: Buffer.from([15, 15, 30, 30]).toString('base64') } }], // prettier-ignore
  ])('comes from The Things Stack to a type %s', async (type, event) => {
    await open(type);
    const ids = { device_id: 'dev1', dev_eui: EUI, dev_addr: '00189440' };
    const received = { received_at: new Date(START + 45 * MINUTE).toISOString() };
    await send(['v3/app1/devices/dev1/up', { end_device_ids: ids, ...received, ...event }, START + 45 * MINUTE]);
    expect(await stored()).toEqual([[15, 15], [30, 30]]); // prettier-ignore
    expect(await stored('frameCounter', 'lorawan-link')).toEqual([[45, 1]]);
  });

  it('takes one message of the quota', async () => {
    await open('clock');
    await rig.registry.devices.update('PL1', { quota: { messagesPerMinute: 1, burst: 2, bytesPerDay: null } });
    await rig.changesSeen();
    await send(frame(30, { object: history(1, 2, 3, 4, 5, 6) }), frame(31, { object: history(7, 8, 9) }));
    expect(await rig.ledger()).toMatchObject({ stored: 2, deadLetters: {} });
  });
});

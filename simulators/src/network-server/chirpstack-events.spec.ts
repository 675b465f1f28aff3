import { buildCity } from '../city.js';
import { joinEvent, logEvent, statusEvent, upEvent, type EndDevice, type Frame } from './chirpstack-events.js';
import { applicationOf, devEuiOf } from './names.js';
import { gatewaysOf } from './radio.js';

const TIME = Date.parse('2026-06-01T08:00:00.123Z');
const [GATEWAY] = gatewaysOf(buildCity(60, 'test'));
const DEVICE: EndDevice = {
  devEui: devEuiOf('LPN-K-0001'),
  name: 'LPN-K-0001',
  profile: 'LPWAN environment node',
  application: applicationOf('emsd'),
};
const FRAME: Frame = {
  device: DEVICE,
  devAddr: '00189440',
  fCnt: 7,
  fPort: 2,
  dataRate: 3,
  data: Buffer.from([0xaa]),
  object: { temperature: 21.5, lidOpen: false },
  receptions: [{ gateway: GATEWAY!, rssi: -97, snr: 6.25 }],
  time: TIME,
  copy: 0,
};
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const parsed = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('events of the network server', () => {
  it('say of an uplink what ChirpStack v4 says', () => {
    const event = parsed(upEvent(FRAME));
    expect(event).toMatchObject({
      deviceInfo: { deviceName: 'LPN-K-0001', devEui: DEVICE.devEui, applicationName: 'emsd-devices' },
      devAddr: '00189440',
      adr: true,
      dr: 3,
      fCnt: 7,
      fPort: 2,
      data: 'qg==',
      object: { temperature: 21.5, lidOpen: false },
      rxInfo: [{ gatewayId: GATEWAY!.id, rssi: -97, snr: 6.25, crcStatus: 'CRC_OK' }],
      txInfo: { modulation: { lora: { bandwidth: 125_000, spreadingFactor: 9, codeRate: 'CR_4_5' } } },
    });
    expect(event['deduplicationId']).toMatch(UUID);
    expect(event['time']).toMatch(/^2026-06-01T08:00:00\.123\d{6}\+00:00$/);
    const { frequency } = event['txInfo'] as { frequency: number };
    expect(frequency).toBeGreaterThanOrEqual(923e6);
    expect(frequency).toBeLessThanOrEqual(925e6);
  });

  it('leave out what is zero, false or none', () => {
    const event = parsed(upEvent({ ...FRAME, fCnt: 0, dataRate: 0, object: null }));
    for (const name of ['fCnt', 'dr', 'object', 'confirmed']) expect(event).not.toHaveProperty(name);
    expect(parsed(statusEvent(DEVICE, 0, 0, TIME))).not.toHaveProperty('margin');
  });

  it('say of a status the battery, or that there is none', () => {
    expect(parsed(statusEvent(DEVICE, 88, 10, TIME))).toMatchObject({ margin: 10, batteryLevel: 88 });
    expect(parsed(statusEvent(DEVICE, null, 10, TIME))).toMatchObject({ margin: 10, externalPowerSource: true });
  });

  it('name copies apart only when they were taken for two frames', () => {
    const id = (frame: Frame): unknown => parsed(upEvent(frame))['deduplicationId'];
    expect(id(FRAME)).toBe(id({ ...FRAME }));
    expect(id(FRAME)).not.toBe(id({ ...FRAME, copy: 1 }));
    expect(id(FRAME)).not.toBe(id({ ...FRAME, fCnt: 8 }));
  });

  it('say of joins and faults whose they are', () => {
    expect(parsed(joinEvent(DEVICE, '00189440', TIME))).toMatchObject({
      devAddr: '00189440',
      deviceInfo: { devEui: DEVICE.devEui },
    });
    expect(parsed(logEvent(DEVICE, { level: 'ERROR', code: 'UPLINK_CODEC', description: 'no' }, TIME))).toMatchObject({
      level: 'ERROR',
      code: 'UPLINK_CODEC',
      deviceInfo: { devEui: DEVICE.devEui },
    });
  });
});

describe('names on the network', () => {
  it('differ in a city of 150,000, and are locally administered', () => {
    const euis = buildCity(150_000, 'hong-kong').map(({ id }) => devEuiOf(id));
    expect(new Set(euis).size).toBe(150_000);
    for (const eui of euis.slice(0, 1_000)) expect(eui).toMatch(/^02[0-9a-f]{14}$/);
  });

  it('give departments applications of their own', () => {
    expect(applicationOf('hyd').id).toMatch(UUID);
    expect(applicationOf('hyd')).toEqual(applicationOf('hyd'));
    expect(applicationOf('hyd').id).not.toBe(applicationOf('wsd').id);
  });
});

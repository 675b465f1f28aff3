import { buildCity } from '../city.js';
import { SeededRandom } from '../random.js';
import { gatewaysOf, Radio } from './radio.js';

const CITY = buildCity(2_000, 'test');
const GATEWAYS = gatewaysOf(CITY);
const radio = new Radio(CITY, GATEWAYS);
const { gaussian } = new SeededRandom('test');
const nobody = (): boolean => false;

describe('the radio network', () => {
  it('covers every district, also of a small city', () => {
    const small = buildCity(60, 'test');
    const districts = new Set(gatewaysOf(small).map(({ device }) => device.district));
    expect(districts).toEqual(new Set(small.map(({ district }) => district)));
    expect(new Set(GATEWAYS.map(({ id }) => id)).size).toBe(GATEWAYS.length);
  });

  it('hears nearly every frame, many of them twice, and the best first', () => {
    const heard = CITY.map((_device, index) => radio.hear(index, gaussian, nobody));
    expect(heard.filter(({ length }) => length === 0).length / CITY.length).toBeLessThan(0.05);
    expect(heard.filter(({ length }) => length === 2).length / CITY.length).toBeGreaterThan(0.5);
    for (const [first, second] of heard) {
      if (second === undefined) continue;
      expect(first!.snr).toBeGreaterThanOrEqual(second.snr);
      expect(first!.gateway).not.toBe(second.gateway);
    }
    for (const { rssi, snr } of heard.flat()) {
      expect(rssi).toBeGreaterThanOrEqual(-148);
      expect(rssi).toBeLessThan(-30);
      expect(snr).toBeGreaterThanOrEqual(-20);
      expect(snr).toBeLessThanOrEqual(12);
    }
  });

  it('gives devices far from a gateway a slower data rate', () => {
    const rates = CITY.map((_device, index) => radio.dataRate(index));
    expect(Math.max(...rates)).toBe(5);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
    const snrAt = (rate: number): number =>
      Math.max(
        ...[...CITY.keys()]
          .filter((index) => rates[index] === rate)
          .map((index) => radio.hear(index, () => 0, nobody)[0]!.snr),
      );
    expect(snrAt(Math.min(...rates))).toBeLessThanOrEqual(snrAt(5));
  });

  it('loses the frames of a device all of whose gateways are lost', () => {
    const lost = radio.hear(0, gaussian, () => true);
    expect(lost).toEqual([]);
    const first = radio.hear(0, () => 0, nobody)[0]!.gateway;
    expect(
      radio
        .hear(
          0,
          () => 0,
          (gateway) => gateway === first,
        )
        .some(({ gateway }) => gateway === first),
    ).toBe(false);
  });
});

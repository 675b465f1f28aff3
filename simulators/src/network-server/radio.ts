import type { SimulatedDevice } from '../city.js';
import { hash32 } from '../random.js';
import type { Struck } from '../scenarios/scenario-run.js';

/** A LoRaWAN gateway of the network. Those of the city are devices too; see `gatewaysOf`. */
export interface Gateway {
  /** Its EUI, by which network servers name it. */
  readonly id: string;
  readonly latitude: number;
  readonly longitude: number;
  /** What scenarios strike. */
  readonly device: Struck;
}

/** One gateway's hearing of a frame. */
export interface Reception {
  readonly gateway: Gateway;
  /** dB{mW}. */
  readonly rssi: number;
  /** dB. */
  readonly snr: number;
}

/** A device is heard by two gateways at most; the others add nothing that a platform would use. */
const HEARD_BY = 2;
/** dB{mW} at 100 m, and its loss for each tenfold distance: a town with a gateway on a roof. */
const RSSI_AT_100_M = -75;
const LOSS_PER_DECADE = 27;
/** Noise of 125 kHz with a receiver of 6 dB. */
const NOISE_FLOOR = -117;
const BEST_SNR = 12;
const FADING_DB = 3;
/** What adaptive data rate keeps above the floor. */
const ADR_MARGIN_DB = 8;
/** Lowest SNR of each data rate of AS923, from DR0 (SF12) to DR5 (SF7). */
const SNR_FLOORS = [-20, -17.5, -15, -12.5, -10, -7.5] as const;

/** Which gateways hear which device, how well, and at which data rate it therefore sends. A few numbers for each device. */
export class Radio {
  private readonly nearest: Uint16Array;
  private readonly meanRssi: Float32Array;
  private readonly dataRates: Uint8Array;

  constructor(
    devices: readonly SimulatedDevice[],
    private readonly gateways: readonly Gateway[],
  ) {
    if (gateways.length === 0) throw new Error('a radio network needs a gateway');
    this.nearest = new Uint16Array(devices.length * HEARD_BY);
    this.meanRssi = new Float32Array(devices.length * HEARD_BY);
    this.dataRates = new Uint8Array(devices.length);
    const latitudes = Float64Array.from(gateways, ({ latitude }) => latitude);
    const longitudes = Float64Array.from(gateways, ({ longitude }) => longitude);
    for (const [index, { latitude, longitude }] of devices.entries()) {
      const found = twoNearest(latitude, longitude, latitudes, longitudes);
      for (const [rank, { gateway, km }] of found.entries()) {
        this.nearest[index * HEARD_BY + rank] = gateway;
        this.meanRssi[index * HEARD_BY + rank] = RSSI_AT_100_M - LOSS_PER_DECADE * Math.log10(Math.max(km, 0.05) / 0.1);
      }
      const snr = this.meanRssi[index * HEARD_BY]! - NOISE_FLOOR;
      this.dataRates[index] = Math.max(0, SNR_FLOORS.filter((floor) => snr - ADR_MARGIN_DB >= floor).length - 1);
    }
  }

  get bytes(): number {
    return this.nearest.byteLength + this.meanRssi.byteLength + this.dataRates.byteLength;
  }

  /** Of AS923: 0 is SF12, 5 is SF7. */
  dataRate(index: number): number {
    return this.dataRates[index]!;
  }

  /** Who hears a frame of the device now, the best first; nobody when it fades away, or its gateways are lost. */
  hear(index: number, gaussian: () => number, isLost: (gateway: Gateway) => boolean): Reception[] {
    const receptions: Reception[] = [];
    const floor = SNR_FLOORS[this.dataRates[index]!]!;
    for (let rank = 0; rank < HEARD_BY; rank++) {
      // Drawn for each, so that a lost gateway does not move the stream of the device.
      const rssi = this.meanRssi[index * HEARD_BY + rank]! + FADING_DB * gaussian();
      const snr = Math.min(BEST_SNR, rssi - NOISE_FLOOR);
      const gateway = this.gateways[this.nearest[index * HEARD_BY + rank]!]!;
      if (rank > 0 && this.gateways.length === 1) continue;
      if (snr >= floor && !isLost(gateway))
        receptions.push({ gateway, rssi: Math.round(Math.max(-148, rssi)), snr: Math.round(snr * 4) / 4 });
    }
    return receptions.sort((a, b) => b.snr - a.snr || b.rssi - a.rssi);
  }
}

/**
 * The network of a city: its gateways, and one more on a roof or hill of each district, so that a small city is covered as well.
 */
export function gatewaysOf(city: readonly SimulatedDevice[]): Gateway[] {
  const own = city.filter(({ kind }) => kind === 'lorawan-gateway').map((device) => gatewayAt(device, device));
  const districts = new Map<string, SimulatedDevice>();
  for (const device of city) if (!districts.has(device.district)) districts.set(device.district, device);
  const further = [...districts].map(([district, first]) =>
    gatewayAt({ id: `GWIN-${district}`, kind: 'lorawan-gateway', district, tags: {} }, first),
  );
  return [...own, ...further];
}

function gatewayAt(device: Struck, { latitude, longitude }: { latitude: number; longitude: number }): Gateway {
  return { id: `a84041fd${hex8(hash32(`gateway/${device.id}`))}`, latitude, longitude, device };
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function twoNearest(
  latitude: number,
  longitude: number,
  latitudes: Float64Array,
  longitudes: Float64Array,
): { readonly gateway: number; readonly km: number }[] {
  const narrowing = Math.cos((latitude * Math.PI) / 180);
  let [first, second, near, next] = [0, 0, Infinity, Infinity];
  for (let gateway = 0; gateway < latitudes.length; gateway++) {
    const north = latitudes[gateway]! - latitude;
    const east = (longitudes[gateway]! - longitude) * narrowing;
    const square = north * north + east * east;
    if (square < near) [second, next, first, near] = [first, near, gateway, square];
    else if (square < next) [second, next] = [gateway, square];
  }
  const km = (square: number): number => 111.2 * Math.sqrt(square);
  return [
    { gateway: first, km: km(near) },
    { gateway: second, km: km(next === Infinity ? near : next) },
  ];
}

/** Something that goes wrong with one device for a while, so that operators have something to see. */
export interface Fault {
  readonly name: string;
  /** Mean length; each episode draws its own. */
  readonly minutes: number;
  /** Values that replace the plausible ones while it lasts. */
  readonly values?: Readonly<Record<string, number | boolean | string>>;
  /** The device says nothing while it lasts. */
  readonly silent?: boolean;
  /** The device restarts: sequence from 0 under a new boot identifier. */
  readonly restart?: boolean;
}

const SILENCE: Fault = { name: 'silence', minutes: 4, silent: true };
const RESTART: Fault = { name: 'restart', minutes: 1, restart: true };

/** By kind. Kinds that are not listed have only the general ones. */
const FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  'smart-lamppost': [
    { name: 'smoke', minutes: 4, values: { pm25: 118.4, pm10: 163.2 } },
    { name: 'lamp-failure', minutes: 8, values: { lampFault: true, dimLevel: 0, lampPower: 0.5 } },
    { name: 'door-open', minutes: 4, values: { doorOpen: true } },
    { name: 'mains-lost', minutes: 3, values: { mainsPresent: false, dimLevel: 0, lampPower: 0 } },
    { name: 'knocked', minutes: 6, values: { tilt: 14.2 } },
  ],
  'lpwan-node': [{ name: 'weak-link', minutes: 150, values: { linkMargin: 1, snr: -18.5, rssi: -128 } }],
  'smart-toilet': [
    { name: 'spill', minutes: 12, values: { wetFloor: true } },
    { name: 'odour', minutes: 20, values: { ammonia: 1.8 } },
    { name: 'broken', minutes: 20, values: { equipment: 'failed' } },
  ],
  'lighting-controller': [
    { name: 'lamp-failure', minutes: 10, values: { lampFault: true, dimLevel: 0, lampPower: 0.5 } },
  ],
  'air-station': [{ name: 'smoke', minutes: 20, values: { pm1: 71.2, pm25: 112.6, pm10: 158.3 } }],
  'noise-meter': [{ name: 'concert', minutes: 20, values: { noise: 91.3, noiseMax: 104.2 } }],
  'traffic-detector': [
    { name: 'wrong-way', minutes: 1, values: { wrongWay: true } },
    { name: 'accident', minutes: 25, values: { queueLength: 640, meanSpeed: 6.5, congested: true } },
  ],
  'signal-junction': [{ name: 'bulb', minutes: 10, values: { signalFault: true } }],
  'parking-space': [{ name: 'metal-plate', minutes: 90, values: { disturbed: true } }],
  'parking-meter': [{ name: 'reader', minutes: 30, values: { readerFault: true } }],
  'loading-bay': [{ name: 'double-parked', minutes: 15, values: { illegalStop: true, laneBlocked: true } }],
  'crowd-counter': [{ name: 'surge', minutes: 6, values: { density: 4.1, walkingSpeed: 0.3 } }],
  'recycling-bin': [{ name: 'overfull', minutes: 90, values: { fill: 98 } }],
  'litter-bin': [
    { name: 'overfull', minutes: 60, values: { fill: 100 } },
    { name: 'fire', minutes: 8, values: { insideTemperature: 96.4 } },
  ],
  'water-meter': [{ name: 'backflow', minutes: 10, values: { backflow: true, flow: -0.4 } }],
  'pipe-logger': [{ name: 'burst', minutes: 40, values: { waterPressure: 84.5, flow: 912.4, leakDetected: true } }],
  'sewer-level': [{ name: 'blockage', minutes: 30, values: { fullness: 104, overfull: true, flowVelocity: 0.05 } }],
  'manhole-cover': [{ name: 'opened', minutes: 6, values: { coverOpen: true, tilt: 78.5 } }],
  'flood-gauge': [{ name: 'clogged-gully', minutes: 15, values: { waterLevel: 0.18, riseRate: 640, flooded: true } }],
  'dumping-detector': [{ name: 'lorry-load', minutes: 90, values: { wastePresent: true, wasteArea: 26.5 } }],
  'wildlife-detector': [{ name: 'herd', minutes: 8, values: { wildPigs: 6, onRoad: true } }],
  'hill-fire-detector': [
    { name: 'fire', minutes: 12, values: { fireDetected: true, smokeDetected: true, hotspotTemperature: 412 } },
  ],
  'village-security': [{ name: 'help', minutes: 4, values: { helpCalled: true } }],
  'water-quality-buoy': [{ name: 'bloom', minutes: 120, values: { chlorophyll: 31.4, dinoflagellates: 3210 } }],
  'slope-tilt': [{ name: 'slip', minutes: 15, values: { tiltRate: 8.4 } }],
  'energy-meter': [{ name: 'phase-lost', minutes: 6, values: { voltage3: 0, phaseLost: true } }],
  'ev-charger': [
    { name: 'earth-fault', minutes: 12, values: { status: 'faulted', earthFault: true, chargingPower: 0 } },
  ],
  'market-environment': [{ name: 'drain', minutes: 40, values: { drainBlocked: true, wetFloor: true } }],
  'tree-tilt': [{ name: 'root-failure', minutes: 60, values: { tiltChange: 2.6 } }],
  'hiker-beacon': [{ name: 'sos', minutes: 10, values: { sos: true } }],
  'rodent-trap': [{ name: 'catch', minutes: 60, values: { caught: true, armed: false } }],
  'lorawan-gateway': [{ name: 'slow-backhaul', minutes: 20, values: { backhaulLatency: 1240 } }],
  'access-point': [
    { name: 'wifi-down', minutes: 8, values: { wifiUp: false } },
    { name: 'cell-down', minutes: 8, values: { cellUp: false } },
  ],
};

const GENERAL: readonly Fault[] = [SILENCE, RESTART];
const ALL = new Map(Object.entries(FAULTS).map(([kind, faults]) => [kind, [...faults, ...GENERAL]]));

export function faultsOf(kind: string): readonly Fault[] {
  return ALL.get(kind) ?? GENERAL;
}

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
};

export function faultsOf(kind: string): readonly Fault[] {
  return [...(FAULTS[kind] ?? []), SILENCE, RESTART];
}

import { hash32 } from '../random.js';

/** Of a network server: its devices share topics and a credential. */
export interface Application {
  readonly id: string;
  readonly name: string;
}

/**
 * Names a device on the network: 64 bits from its id, locally administered (IEEE 802, second bit of the first octet), so that no
 * maker's device can have the same.
 */
export function devEuiOf(id: string): string {
  const hex = [0, 1].map((n) => hash32(`${n}/${id}`).toString(16).padStart(8, '0')).join('');
  return `02${hex.slice(2)}`;
}

/** Departments do not see each other's devices on the network server either: `server` is that of a device. */
export function applicationOf(server: string): Application {
  return { id: uuidOf(`application/${server}`), name: `${server}-devices` };
}

/** How a network server is registered: its user name and client id. */
export function serverIdOf(server: string): string {
  return `simulated-chirpstack-${server}`;
}

const kept = new Map<string, string>();
const MOST_KEPT = 200;

/** A version 4 identifier that is the same for the same text. */
export function uuidOf(text: string): string {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const hex = [0, 1, 2, 3].map((n) => hash32(`${n}/${text}`).toString(16).padStart(8, '0')).join('');
  const variant = '89ab'[parseInt(hex[16]!, 16) & 3]!;
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  // Those of profiles and applications come with each event, those of single events never again.
  if (kept.size < MOST_KEPT && /^(?:profile|application)\//.test(text)) kept.set(text, uuid);
  return uuid;
}

import type { Platform } from '../../tests/acceptance/platform.js';
import type { Credentials } from './load/mqtt-wire.js';

export const KIND = 'smart-lamppost';
export const DEPARTMENT = 'hyd';
const REGISTERED_AT_ONCE = 500;

export const deviceId = (n: number): string => `BM${String(n).padStart(5, '0')}`;

interface RegisteredDevice {
  readonly mqtt: Credentials;
}

/** Registers lampposts through the API, as an operator would, and returns what they connect with. */
export async function registerFleet(platform: Platform, ids: readonly string[]): Promise<Credentials[]> {
  const fleet: Credentials[] = [];
  for (let i = 0; i < ids.length; i += REGISTERED_AT_ONCE) {
    const body = ids
      .slice(i, i + REGISTERED_AT_ONCE)
      .map((id, n) => ({ id, kind: KIND, department: DEPARTMENT, ...placeOf(i + n) }));
    const answer = await platform.request('POST', '/v1/devices', body);
    if (answer.status !== 201)
      throw new Error(`registration answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
    fleet.push(...(answer.body as RegisteredDevice[]).map((device) => device.mqtt));
  }
  return fleet;
}

export const fleetIds = (count: number): string[] => Array.from({ length: count }, (_, n) => deviceId(n));

/** A grid over Kowloon, which is land all over. */
function placeOf(n: number): { latitude: number; longitude: number } {
  return { latitude: 22.312 + (n % 100) * 0.0002, longitude: 114.168 + (Math.floor(n / 100) % 100) * 0.0002 };
}

export interface Ledger {
  readonly journalled: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly backlog: number;
  readonly unaccounted: number;
}

export async function readLedger(platform: Platform): Promise<Ledger> {
  const answer = await platform.request('GET', '/v1/ledger');
  if (answer.status !== 200)
    throw new Error(`the ledger answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
  return answer.body as Ledger;
}

/** Waits until that many messages are stored; the time (wall clock) at which they were. */
export async function whenStored(platform: Platform, messages: number, timeoutMs = 300_000): Promise<number> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const ledger = await readLedger(platform);
    if (ledger.stored >= messages) return Date.now();
    if (performance.now() > deadline)
      throw new Error(`${ledger.stored} of ${messages} messages were stored: ${JSON.stringify(ledger)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

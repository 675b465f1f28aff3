import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatedDevice } from './city.js';
import { isMqttAccess, type MqttAccess } from './mqtt-access.js';

/** Devices registered by one request. */
const CHUNK = 500;
/** Requests about single devices at a time. */
const CONCURRENCY = 8;
const RETRY_MS = 1_000;

export interface ProvisionerOptions {
  readonly apiUrl: string;
  readonly adminPassword: string;
  /** Registered as the interval of the devices; null leaves that of their kind. */
  readonly intervalMs: number | null;
  readonly signal: AbortSignal;
}

/** Registers devices over the API, as an installer would, and gets their keys. Waits for an API that is not up yet. */
export class Provisioner {
  constructor(private readonly options: ProvisionerOptions) {}

  /**
   * Keys for these devices: those that the platform does not know are registered, the others get a new key.
   *
   * @param onProgress called with the keys that were just made, so that they can be kept before the next request
   * @throws Error when the API refuses; the abort reason when the signal is aborted
   */
  async provision(
    devices: readonly SimulatedDevice[],
    onProgress: (made: ReadonlyMap<string, MqttAccess>) => void,
  ): Promise<void> {
    const missing: SimulatedDevice[] = [];
    const queue = [...devices];
    const worker = async (): Promise<void> => {
      for (let device = queue.shift(); device !== undefined; device = queue.shift()) {
        const known = await this.rotate(device);
        if (known === null) missing.push(device);
        else onProgress(new Map([[device.id, known]]));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    for (let i = 0; i < missing.length; i += CHUNK) onProgress(await this.register(missing.slice(i, i + CHUNK)));
  }

  /** Null when the platform does not know the device. */
  private async rotate(device: SimulatedDevice): Promise<MqttAccess | null> {
    const path = `/v1/devices/${encodeURIComponent(device.id)}`;
    if ((await this.request('GET', path, undefined, [200, 404])).status === 404) return null;
    const { body } = await this.request('POST', `${path}/rotate-key`, {}, [200, 201]);
    return accessOf(body);
  }

  private async register(devices: readonly SimulatedDevice[]): Promise<Map<string, MqttAccess>> {
    const { intervalMs } = this.options;
    const wanted = devices.map((device) => (intervalMs === null ? device : { ...device, intervalMs }));
    const { body } = await this.request('POST', '/v1/devices', wanted, [201]);
    if (!Array.isArray(body)) throw new Error('POST /v1/devices did not answer with an array');
    return new Map(body.map((device: { readonly id: string }) => [device.id, accessOf(device)]));
  }

  private async request(
    method: string,
    path: string,
    send: unknown,
    wanted: readonly number[],
  ): Promise<{ status: number; body: unknown }> {
    const { apiUrl, adminPassword, signal } = this.options;
    const headers = {
      authorization: `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`,
      ...(send === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const body = send === undefined ? null : JSON.stringify(send);
    for (;;) {
      signal.throwIfAborted();
      const response = await fetch(new URL(path, apiUrl), { method, headers, body, signal }).catch(() => null);
      if (response !== null && wanted.includes(response.status)) {
        return { status: response.status, body: response.status === 404 ? null : await response.json() };
      }
      if (response !== null && response.status !== 429 && response.status < 500) {
        throw new Error(`${method} ${path} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
      }
      await delay(retryAfterMs(response), undefined, { signal });
    }
  }
}

function retryAfterMs(response: Response | null): number {
  const seconds = Number(response?.headers.get('retry-after') ?? NaN);
  return Number.isFinite(seconds) ? Math.min(60, Math.max(1, seconds)) * 1000 : RETRY_MS;
}

function accessOf(answer: unknown): MqttAccess {
  const { mqtt } = answer as { readonly mqtt?: unknown };
  if (!isMqttAccess(mqtt)) throw new Error('the answer of the API holds no MQTT credentials');
  return mqtt;
}

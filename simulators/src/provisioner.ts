import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatedDevice } from './city.js';
import { isMqttAccess, type MqttAccess } from './mqtt-access.js';
import { RAW_FORMATS } from './network-server/raw-frames.js';
import { applicationOf, devEuiOf, serverIdOf } from './network-server/names.js';

/** Devices registered by one request: more would hold up the API's other callers, fewer cost a transaction each. */
const CHUNK = 1_000;
const PAGE = 10_000;
/** Requests about single devices at a time. */
const CONCURRENCY = 8;
const RETRY_MS = 1_000;

export interface ProvisionerOptions {
  readonly apiUrl: string;
  /** Of an administrator or an engineer, as the header carries it. */
  readonly authorization: string;
  /** Registered as the interval of the devices; null leaves that of their kind. */
  readonly intervalMs: number | null;
  readonly signal: AbortSignal;
}

/** Keys that were made, by the name they are kept under: ids of devices, `serverKey` of network servers. */
export type Made = (keys: ReadonlyMap<string, MqttAccess>) => void;

export interface Progress {
  readonly done: number;
  readonly of: number;
}

/** How the platform knows a device that comes over a network server. */
interface NetworkIdentity {
  readonly devEui: string | null;
  readonly deviceType: string | null;
}

/** Registers devices and network servers over the API, as an installer would. Waits for an API that is not up yet. */
export class Provisioner {
  /** Kinds that are registered with a device type. */
  private rawKinds: ReadonlySet<string> = new Set();

  constructor(private readonly options: ProvisionerOptions) {}

  /** Finds out which of the device types of `raw-frames.ts` the platform knows: their kinds. To be asked before `provision`. */
  async deviceTypes(): Promise<ReadonlySet<string>> {
    const known = new Set<string>();
    for (const [kind, { deviceType }] of RAW_FORMATS) {
      const { status } = await this.request('GET', `/v1/device-types/${deviceType}`, undefined, [200, 404]);
      if (status === 200) known.add(kind);
    }
    return (this.rawKinds = known);
  }

  /**
   * Registers what the platform does not know and gives keys to those that connect themselves and have none.
   *
   * @param hasKey whether the key of the device is known already
   * @param onMade called with keys that were just made, so that they can be kept before the next request
   * @returns how many were registered
   * @throws Error when the API refuses; the abort reason when the signal is aborted
   */
  async provision(
    devices: readonly SimulatedDevice[],
    hasKey: (id: string) => boolean,
    onMade: Made,
    onProgress: (progress: Progress) => void = () => undefined,
  ): Promise<number> {
    const known = await this.registered(devices);
    const strangers = devices.filter(({ id }) => !known.has(id));
    const moved = devices.filter(
      (device) => device.network === 'lorawan' && known.has(device.id) && !this.isSame(known.get(device.id)!, device),
    );
    const keyless = devices.filter(({ id, network }) => network === 'direct' && known.has(id) && !hasKey(id));
    let done = 0;
    const report = (more: number): void => onProgress({ done: (done += more), of: strangers.length });
    report(0);
    for (let i = 0; i < strangers.length; i += CHUNK) {
      const chunk = strangers.slice(i, i + CHUNK);
      onMade(await this.register(chunk));
      report(chunk.length);
    }
    await eachOf(moved, (device) => this.change(device));
    await eachOf(keyless, async ({ id }) =>
      onMade(new Map([[id, await this.rotate(`/v1/devices/${encodeURIComponent(id)}`)]])),
    );
    return strangers.length;
  }

  /** A key for the one device, which the platform knows. */
  async renew(device: SimulatedDevice): Promise<MqttAccess> {
    const made = new Map<string, MqttAccess>();
    await this.provision(
      [device],
      () => false,
      (keys) => keys.forEach((access, id) => made.set(id, access)),
    );
    return made.get(device.id)!;
  }

  /** The credential under which the devices of a network server come in; a new key when it is known. */
  async networkServer(server: string): Promise<MqttAccess> {
    const id = serverIdOf(server);
    const application = applicationOf(server);
    const wanted = {
      id,
      type: 'chirpstack',
      name: `Simulated network server, ${server}`,
      applications: [application.id],
    };
    const { status, body } = await this.request('POST', '/v1/network-servers', wanted, [201, 409]);
    const { body: answer } =
      status === 201 ? { body } : await this.request('POST', `/v1/network-servers/${id}/rotate-key`, {}, [200, 201]);
    const { key } = answer as { readonly key?: unknown };
    if (typeof key !== 'string') throw new Error('the answer of the API holds no key of the network server');
    return { clientId: id, username: id, password: key, topic: `application/${application.id}` };
  }

  /** Those devices that the platform knows, by id. */
  private async registered(devices: readonly SimulatedDevice[]): Promise<Map<string, NetworkIdentity>> {
    const known = new Map<string, NetworkIdentity>();
    if (devices.length <= CONCURRENCY) {
      await eachOf(devices, async ({ id }) => {
        const { status, body } = await this.request(
          'GET',
          `/v1/devices/${encodeURIComponent(id)}`,
          undefined,
          [200, 404],
        );
        if (status === 200) known.set(id, identityIn(body));
      });
      return known;
    }
    const wanted = new Set(devices.map(({ id }) => id));
    for (let after: string | null = ''; after !== null;) {
      const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
      const { body } = await this.request('GET', `/v1/devices?limit=${PAGE}${query}`, undefined, [200]);
      const page = body as { readonly devices: readonly { readonly id: string }[]; readonly next: string | null };
      for (const device of page.devices) if (wanted.has(device.id)) known.set(device.id, identityIn(device));
      after = page.next;
    }
    return known;
  }

  /** Keys of those that connect themselves; the others never use theirs. */
  private async register(devices: readonly SimulatedDevice[]): Promise<Map<string, MqttAccess>> {
    const { intervalMs } = this.options;
    const wanted = devices.map((device) => ({
      id: device.id,
      kind: device.kind,
      department: device.department,
      name: device.name,
      latitude: device.latitude,
      longitude: device.longitude,
      tags: device.tags,
      ...(device.network === 'lorawan' ? this.identityOf(device) : {}),
      ...(intervalMs === null ? {} : { intervalMs }),
    }));
    const { body } = await this.request('POST', '/v1/devices', wanted, [201]);
    if (!Array.isArray(body)) throw new Error('POST /v1/devices did not answer with an array');
    const answers = new Map((body as { readonly id: string }[]).map((answer) => [answer.id, answer]));
    return new Map(
      devices.filter(({ network }) => network === 'direct').map(({ id }) => [id, accessOf(answers.get(id))]),
    );
  }

  /**
   * It was registered when it had another way to the platform. The other way round nothing has to be done: a DevEUI does no harm to
   * a device with a connection of its own.
   */
  private async change(device: SimulatedDevice): Promise<void> {
    const change = { ...this.identityOf(device), tags: device.tags };
    await this.request('PATCH', `/v1/devices/${encodeURIComponent(device.id)}`, change, [200]);
  }

  private identityOf({ id, kind }: SimulatedDevice): { devEui: string; deviceType?: string } {
    const raw = this.rawKinds.has(kind) ? RAW_FORMATS.get(kind) : undefined;
    return { devEui: devEuiOf(id), ...(raw === undefined ? {} : { deviceType: raw.deviceType }) };
  }

  private isSame(known: NetworkIdentity, device: SimulatedDevice): boolean {
    const { devEui, deviceType } = this.identityOf(device);
    return known.devEui === devEui && (deviceType === undefined || known.deviceType === deviceType);
  }

  private async rotate(path: string): Promise<MqttAccess> {
    const { body } = await this.request('POST', `${path}/rotate-key`, {}, [200, 201]);
    return accessOf(body);
  }

  private async request(
    method: string,
    path: string,
    send: unknown,
    wanted: readonly number[],
  ): Promise<{ status: number; body: unknown }> {
    const { apiUrl, authorization, signal } = this.options;
    const headers = { authorization, ...(send === undefined ? {} : { 'content-type': 'application/json' }) };
    const body = send === undefined ? null : JSON.stringify(send);
    for (;;) {
      signal.throwIfAborted();
      const response = await fetch(new URL(path, apiUrl), { method, headers, body, signal }).catch(() => null);
      if (response !== null && wanted.includes(response.status)) {
        return { status: response.status, body: response.status < 300 ? await response.json() : null };
      }
      if (response !== null && response.status !== 429 && response.status < 500) {
        throw new Error(`${method} ${path} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
      }
      await delay(retryAfterMs(response), undefined, { signal });
    }
  }
}

function identityIn(answer: unknown): NetworkIdentity {
  const { devEui = null, deviceType = null } = answer as Partial<NetworkIdentity>;
  return { devEui, deviceType };
}

async function eachOf<T>(list: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const queue = list.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await action(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

function retryAfterMs(response: Response | null): number {
  const seconds = Number(response?.headers.get('retry-after') ?? NaN);
  return Number.isFinite(seconds) ? Math.min(60, Math.max(1, seconds)) * 1000 : RETRY_MS;
}

function accessOf(answer: unknown): MqttAccess {
  const mqtt = (answer as { readonly mqtt?: unknown } | undefined)?.mqtt;
  if (!isMqttAccess(mqtt)) throw new Error('the answer of the API holds no MQTT credentials');
  return mqtt;
}

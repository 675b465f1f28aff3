import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { attach } from './attachment.js';
import { buildCity } from './city.js';
import type { MqttAccess } from './mqtt-access.js';
import { applicationOf, devEuiOf, serverIdOf } from './network-server/names.js';
import { Provisioner, type Progress } from './provisioner.js';

interface Known {
  readonly id: string;
  readonly kind: string;
  readonly devEui?: string;
  readonly deviceType?: string;
  readonly intervalMs?: number;
}

/** As much of the API as an installer needs. */
class TinyApi {
  readonly devices = new Map<string, Known>();
  readonly servers = new Map<string, unknown>();
  readonly calls: string[] = [];
  /** Answered before anything else, once each. */
  readonly troubles: number[] = [];
  deviceTypes = new Set<string>();
  private keys = 0;
  private readonly server: Server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const trouble = this.troubles.shift();
      const [status, answer] = trouble === undefined ? this.answer(request, body) : [trouble, {}];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer({ method, url, headers }: IncomingMessage, body: unknown): [number, unknown] {
    const { pathname, searchParams } = new URL(url!, 'http://api');
    this.calls.push(`${method} ${pathname}`);
    if (headers.authorization !== 'Bearer engineer') return [401, {}];
    const [, , resource, id, action] = pathname.split('/') as [string, string, string, string?, string?];
    if (resource === 'device-types') return this.deviceTypes.has(id!) ? [200, { id }] : [404, {}];
    if (resource === 'network-servers') return this.networkServer(id, body as { id: string });
    if (method === 'POST' && id === undefined) {
      for (const device of body as Known[]) this.devices.set(device.id, device);
      return [201, (body as Known[]).map((device) => ({ ...device, mqtt: this.access(device.id) })).reverse()];
    }
    if (id === undefined) {
      const all = [...this.devices.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      const from = all.filter((device) => device.id > (searchParams.get('after') ?? ''));
      const page = from.slice(0, 100);
      return [200, { devices: page, next: from.length > page.length ? page.at(-1)!.id : null }];
    }
    const device = this.devices.get(id);
    if (device === undefined) return [404, {}];
    if (action === 'rotate-key') return [200, { ...device, mqtt: this.access(id) }];
    if (method === 'PATCH') this.devices.set(id, { ...device, ...(body as object) });
    return [200, device];
  }

  private networkServer(id: string | undefined, body: { id: string }): [number, unknown] {
    if (id !== undefined) return [200, { id, key: `server-key-${++this.keys}` }];
    if (this.servers.has(body.id)) return [409, {}];
    this.servers.set(body.id, body);
    return [201, { ...body, key: `server-key-${++this.keys}` }];
  }

  private access(id: string): MqttAccess {
    return { clientId: id, username: id, password: `key-${++this.keys}`, topic: `city/x/y/${id}/telemetry` };
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

const CITY = attach(buildCity(2_500, 'test'), 40);
const DIRECT = CITY.filter(({ network }) => network === 'direct').map(({ id }) => id);

describe('the provisioner', () => {
  let api: TinyApi;
  let provisioner: Provisioner;
  const keys = new Map<string, MqttAccess>();
  const provision = (progress?: (progress: Progress) => void): Promise<number> =>
    provisioner.provision(
      CITY,
      (id) => keys.has(id),
      (made) => made.forEach((access, id) => keys.set(id, access)),
      progress,
    );

  beforeEach(async () => {
    keys.clear();
    api = new TinyApi();
    const apiUrl = await api.listen();
    const { signal } = new AbortController();
    provisioner = new Provisioner({ apiUrl, authorization: 'Bearer engineer', intervalMs: 60_000, signal });
  });
  afterEach(() => api.close());

  it('registers a city in a few requests, and keeps keys only of those that connect themselves', async () => {
    const told: number[] = [];
    expect(await provision(({ done }) => told.push(done))).toBe(2_500);
    expect(told).toEqual([0, 1_000, 2_000, 2_500]);
    expect(api.calls.filter((call) => call === 'POST /v1/devices')).toHaveLength(3);
    expect([...keys.keys()].sort()).toEqual([...DIRECT].sort());
    for (const [id, { clientId }] of keys) expect(clientId).toBe(id);
    for (const { id, network } of CITY)
      expect([id, api.devices.get(id)!.devEui]).toEqual([id, network === 'lorawan' ? devEuiOf(id) : undefined]);
    expect(api.devices.get(CITY[0]!.id)).toMatchObject({ intervalMs: 60_000, tags: CITY[0]!.tags });
  });

  it('asks for nothing again of a city that is known', async () => {
    await provision();
    api.calls.length = 0;
    expect(await provision()).toBe(0);
    expect(new Set(api.calls)).toEqual(new Set(['GET /v1/devices']));
  });

  it('gives new keys to known devices whose keys were lost, and DevEUIs to those that had connections', async () => {
    await provision();
    const meter = CITY.find(({ network }) => network === 'lorawan')!;
    const { devEui: _lost, ...before } = api.devices.get(meter.id)!;
    api.devices.set(meter.id, before);
    const [first] = DIRECT as [string];
    const old = keys.get(first)!;
    keys.delete(first);
    await provision();
    expect(keys.get(first)!.password).not.toBe(old.password);
    expect(api.devices.get(meter.id)!.devEui).toBe(devEuiOf(meter.id));
  });

  it('registers bins with the device type that reads their bytes, where there is one', async () => {
    expect(await provisioner.deviceTypes()).toEqual(new Set());
    api.deviceTypes = new Set(['generic-ultrasonic-litter-bin']);
    expect(await provisioner.deviceTypes()).toEqual(new Set(['litter-bin']));
    await provision();
    for (const { kind, deviceType } of api.devices.values())
      expect(deviceType).toBe(kind === 'litter-bin' ? 'generic-ultrasonic-litter-bin' : undefined);
  });

  it('connects the network server of a department, and gives it a new key when it is there', async () => {
    const first = await provisioner.networkServer('wsd');
    expect(first).toMatchObject({ clientId: serverIdOf('wsd'), username: serverIdOf('wsd') });
    expect(api.servers.get(serverIdOf('wsd'))).toMatchObject({
      type: 'chirpstack',
      applications: [applicationOf('wsd').id],
    });
    expect((await provisioner.networkServer('wsd')).password).not.toBe(first.password);
  });

  it('waits for an API that is not ready, and says what it refuses', async () => {
    api.troubles.push(503, 503);
    expect(await provisioner.deviceTypes()).toEqual(new Set());
    api.troubles.push(403);
    await expect(provisioner.networkServer('wsd')).rejects.toThrow('POST /v1/network-servers answered 403');
  });
});

import { type Device, type DeviceState, namedApplications, type NetworkServer, type Registry } from '#registry';
import type { Caller } from '../auth/caller.js';
import { Problem } from '../http/problem.js';
import type { DownlinkWayDto } from './downlink.dto.js';
import { topicsOwner } from './uplink-topic.js';

/** How a downlink reaches a device. */
export interface DownlinkWay {
  readonly type: NetworkServer['type'];
  /** Null for a connector whose application has no entry among the network servers. */
  readonly server: NetworkServer | null;
  /** As topics name it. */
  readonly application: string;
  /** What The Things Stack calls the device; null elsewhere. */
  readonly deviceId: string | null;
  /** Null where only the network server knows it. */
  readonly devEui: string | null;
}

/**
 * The way that the device's last event came, or the one that the request names.
 * @throws Problem `no-way-to-device`, `forbidden`, `bad-request`
 */
export async function findWay(
  registry: Registry,
  caller: Caller,
  device: Device,
  named: DownlinkWayDto | undefined,
): Promise<DownlinkWay> {
  const state = await registry.deviceState.get(device.id);
  const way =
    named === undefined
      ? await wayOfState(registry, device, state)
      : await wayNamed(registry, caller, device, named, state);
  if (way.type === 'chirpstack' && way.devEui === null)
    throw new Problem('no-way-to-device', 'The device has no DevEUI, by which its network server would know it.');
  return way;
}

const TYPES = { chirpstack: 'chirpstack', 'the-things-stack': 'things-stack', generic: 'http' } as const;

async function wayOfState(registry: Registry, device: Device, state: DeviceState | null): Promise<DownlinkWay> {
  const network = state?.network ?? null;
  if (network === null)
    throw new Problem('no-way-to-device', 'The device has not sent anything through a network server yet.');
  const type = TYPES[network.server];
  const application = network.tenant === null ? network.application : `${network.application}@${network.tenant}`;
  return {
    type,
    server: await serverOfState(registry, type, network.source, application),
    application,
    deviceId: type === 'things-stack' ? network.deviceId : null,
    devEui: device.devEui ?? network.devEui,
  };
}

/** The server that brought the event; a connector without an entry is none, and then who has the application is asked. */
async function serverOfState(
  registry: Registry,
  type: NetworkServer['type'],
  source: string,
  application: string,
): Promise<NetworkServer | null> {
  const server = await registry.networkServers.get(source);
  return server?.type === type ? server : registry.networkServers.findByApplication(type, application);
}

async function wayNamed(
  registry: Registry,
  caller: Caller,
  device: Device,
  named: DownlinkWayDto,
  state: DeviceState | null,
): Promise<DownlinkWay> {
  // Within a department the way comes from the network server only, which knows whose device it is (THREATS 34).
  if (caller.departments !== null) {
    throw new Problem('forbidden', 'Only credentials that see all departments may name the way to a device.', {
      pointer: '/network',
    });
  }
  const server = await registry.networkServers.get(named.server);
  if (server === null)
    throw new Problem('bad-request', 'There is no such network server.', { pointer: '/network/server' });
  const own = namedApplications(server);
  const only = own.length === 1 ? own[0] : undefined;
  const application = named.application ?? only;
  if (application === undefined)
    throw new Problem('bad-request', 'Name the application.', { pointer: '/network/application' });
  const owner = topicsOwner(server) ?? (await registry.networkServers.findByApplication(server.type, application))?.id;
  if (owner !== server.id) {
    throw new Problem('bad-request', 'The network server has no such application.', {
      pointer: '/network/application',
    });
  }
  const deviceId = named.device ?? state?.network?.deviceId ?? null;
  if (server.type === 'things-stack' && deviceId === null)
    throw new Problem('bad-request', 'Say what The Things Stack calls the device.', { pointer: '/network/device' });
  return {
    type: server.type,
    server,
    application,
    deviceId: server.type === 'things-stack' ? deviceId : null,
    devEui: device.devEui,
  };
}

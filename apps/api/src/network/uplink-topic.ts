import { chirpStackEventTopic, DEV_EUI, genericUplinkTopic, thingsStackEventTopic, TOPIC_LEVEL } from '#core';
import type { ChirpStackEvent } from '#core';
import { namedApplications, type NetworkServer } from '#registry';
import { Problem } from '../http/problem.js';

/**
 * The topic that the body of a webhook would have been published on over MQTT. Only what names the device is looked at; the
 * body itself is journalled as it came.
 */

/** Member of a message of The Things Stack that tells what it is -> last levels of its topic. */
const THINGS_STACK_MEMBERS: Readonly<Record<string, string>> = {
  uplink_message: 'up',
  uplink_normalized: 'up/normalized',
  join_accept: 'join',
  downlink_queued: 'down/queued',
  downlink_sent: 'down/sent',
  downlink_ack: 'down/ack',
  downlink_nack: 'down/nack',
  downlink_failed: 'down/failed',
  downlink_queue_invalidated: 'down/invalidated',
  location_solved: 'location/solved',
  service_data: 'service/data',
};

/** @throws Problem `bad-request` that points to what is missing, `forbidden` for an application of another server */
export function thingsStackTopic(server: NetworkServer, body: unknown): string {
  const application = text(body, ['end_device_ids', 'application_ids', 'application_id'], TOPIC_LEVEL);
  const device = text(body, ['end_device_ids', 'device_id'], TOPIC_LEVEL);
  const member = Object.keys(THINGS_STACK_MEMBERS).find((name) => memberOf(body, name) !== undefined);
  if (member === undefined) {
    const known = Object.keys(THINGS_STACK_MEMBERS).join(', ');
    throw new Problem('bad-request', `The body is none of the messages of an application: ${known}.`, { pointer: '' });
  }
  // Webhooks do not name the tenant, topics do.
  const full = namedApplications(server).find((a) => withoutTenant(a) === application);
  if (full === undefined) throw foreign(server, application, '/end_device_ids/application_ids/application_id');
  return thingsStackEventTopic({ ...applicationAndTenant(full), deviceId: device }, THINGS_STACK_MEMBERS[member]!);
}

/** Of `application@tenant`, as The Things Stack has it, or of an application alone. */
export function applicationAndTenant(full: string): { application: string; tenant: string | null } {
  const [application, tenant = null] = full.split('@') as [string, string?];
  return { application, tenant };
}

export function withoutTenant(application: string): string {
  return applicationAndTenant(application).application;
}

/** @param event the query parameter by which ChirpStack names what it sends */
export function chirpStackTopic(
  server: NetworkServer,
  event: string,
  body: unknown,
): { topic: string; application: string } {
  const application = text(body, ['deviceInfo', 'applicationId'], TOPIC_LEVEL);
  const devEui = text(body, ['deviceInfo', 'devEui'], DEV_EUI).toLowerCase();
  const at = { networkServer: topicsOwner(server), application, devEui };
  return { topic: chirpStackEventTopic(at, event as ChirpStackEvent), application };
}

/** The id in the topics of a ChirpStack that has some of its own, null for others. */
export function topicsOwner(server: Pick<NetworkServer, 'id' | 'applications'> | null): string | null {
  return server?.applications === 'own' ? server.id : null;
}

/** @param named what the query names instead of the body */
export function uplinkTopic(
  server: NetworkServer,
  body: unknown,
  named: { readonly application?: string; readonly devEui?: string },
): string {
  const devEui = named.devEui ?? text(body, ['devEui'], DEV_EUI);
  if (!DEV_EUI.test(devEui))
    throw new Problem('bad-request', 'A DevEUI is 16 hexadecimal digits.', { pointer: '/devEui' });
  const own = namedApplications(server);
  const application = named.application ?? (own.length === 1 ? own[0] : undefined);
  if (application === undefined) {
    throw new Problem('bad-request', `Name one of the applications ${own.join(', ')}.`, { pointer: '/application' });
  }
  if (!own.includes(application)) throw foreign(server, application, '/application');
  return genericUplinkTopic({ application, devEui: devEui.toLowerCase() });
}

export function foreign(server: NetworkServer, application: string, pointer: string): Problem {
  return new Problem('forbidden', `The network server '${server.id}' has no application '${application}'.`, {
    pointer,
  });
}

function text(body: unknown, path: readonly string[], wanted: RegExp): string {
  let value: unknown = body;
  for (const name of path) value = memberOf(value, name);
  if (typeof value === 'string' && wanted.test(value)) return value;
  const what = wanted === DEV_EUI ? '16 hexadecimal digits' : 'an id';
  throw new Problem('bad-request', `The body does not name the device: ${path.join('.')} must be ${what}.`, {
    pointer: `/${path.join('/')}`,
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

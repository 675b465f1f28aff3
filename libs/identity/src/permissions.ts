import { chirpStackPrefix, type NetworkServer, THINGS_STACK_EVENTS, TOPIC_LEVEL } from '#core';
import type { Principal } from './principal.js';
import { filterWithin, isValidFilter, isValidTopic } from './topic-filter.js';
import { TopicFilters } from './topic-filters.js';

/**
 * Who may publish, subscribe and receive what (DESIGN section 4, docs/architecture.md). Each decision names its reason, for
 * the audit and for the person who asks why.
 */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: DenialReason };

export type DenialReason =
  /** Not a topic or filter that MQTT allows. */
  | 'invalid-topic'
  | 'invalid-filter'
  /** `$share/...`: the broker would grant it and deliver nothing (TRAPS). */
  | 'shared-subscription'
  /** `$SYS/...` and the like. */
  | 'reserved-topic'
  | 'foreign-device'
  | 'foreign-application'
  | 'foreign-department'
  /** Its own device or application, but a topic that goes the other way. */
  | 'wrong-channel'
  /** Users listen only. */
  | 'read-only'
  /** The network server has no application. */
  | 'no-application'
  | 'outside-scope';

const ALLOWED: Decision = { allowed: true };
const SERVICE_SCOPES = ['city/#', 'alarms/#', 'application/#', 'chirpstack/#', 'v3/#', 'uplink/#', 'lamplighter/#'];

/** Wills are publishes too: ask for them as well (THREATS 3). */
export function mayPublish(principal: Principal, topic: string): Decision {
  if (!isValidTopic(topic)) return denied('invalid-topic');
  if (topic.startsWith('$')) return denied('reserved-topic');
  if (principal.type === 'user') return denied('read-only');
  if (scopesOf(principal).publish.match(topic)) return ALLOWED;
  return denied(whyOutside(principal, topic));
}

/** Granted only when every topic that the filter could ever match lies inside one scope of the principal (THREATS 4). */
export function maySubscribe(principal: Principal, filter: string): Decision {
  if (filter === '$share' || filter.startsWith('$share/')) return denied('shared-subscription');
  if (!isValidFilter(filter)) return denied('invalid-filter');
  if (receiveScopes(principal).some((scope) => filterWithin(filter, scope))) return ALLOWED;
  return denied(filter.startsWith('$') ? 'reserved-topic' : whyOutside(principal, filter));
}

/** Asked again for every delivery: a permission that was revoked, or a session that was inherited, delivers nothing (THREATS 6). */
export function mayReceive(principal: Principal, topic: string): Decision {
  if (!isValidTopic(topic)) return denied('invalid-topic');
  if (scopesOf(principal).receive.match(topic)) return ALLOWED;
  return denied(topic.startsWith('$') ? 'reserved-topic' : whyOutside(principal, topic));
}

function denied(reason: DenialReason): Decision {
  return { allowed: false, reason };
}

interface Scopes {
  readonly publish: TopicFilters;
  readonly receive: TopicFilters;
}

const scopeCache = new WeakMap<Principal, Scopes>();

function scopesOf(principal: Principal): Scopes {
  let scopes = scopeCache.get(principal);
  if (scopes === undefined) {
    scopes = {
      publish: new TopicFilters(publishScopes(principal)),
      receive: new TopicFilters(receiveScopes(principal)),
    };
    scopeCache.set(principal, scopes);
  }
  return scopes;
}

function publishScopes(principal: Principal): readonly string[] {
  switch (principal.type) {
    case 'device':
      return deviceScopes(principal, ['telemetry', 'status', 'command/ack']);
    case 'gateway':
      return applicationScopes(principal, NETWORKS[principal.network].publish);
    case 'service':
      return SERVICE_SCOPES;
    case 'user':
      return [];
  }
}

function receiveScopes(principal: Principal): readonly string[] {
  switch (principal.type) {
    case 'device':
      return deviceScopes(principal, ['command', 'rejected', 'quota']);
    case 'gateway':
      return applicationScopes(principal, NETWORKS[principal.network].receive);
    case 'service':
      return [...SERVICE_SCOPES, '$SYS/#'];
    case 'user':
      return departmentScopes(principal.departments);
  }
}

/** Names become levels of a scope, so one that carries a wildcard or a slash would widen it: such a principal has no scope at all. */
function deviceScopes(device: { department: string; kind: string; id: string }, channels: readonly string[]): string[] {
  if (![device.department, device.kind, device.id].every((level) => TOPIC_LEVEL.test(level))) return [];
  return channels.map((channel) => `city/${device.department}/${device.kind}/${device.id}/${channel}`);
}

/**
 * What network servers publish and receive below the level of their application. ChirpStack subscribes to every command of
 * its devices; there is one, `down`.
 */
const NETWORKS: Readonly<
  Record<NetworkServer, { root: string; publish: readonly string[]; receive: readonly string[] }>
> = {
  chirpstack: { root: 'application', publish: ['device/+/event/+'], receive: ['device/+/command/+'] },
  'the-things-stack': {
    root: 'v3',
    publish: THINGS_STACK_EVENTS.map((event) => `devices/+/${event}`),
    receive: ['devices/+/down/push', 'devices/+/down/replace'],
  },
  generic: { root: 'uplink', publish: ['+'], receive: [] },
};

type Gateway = Extract<Principal, { type: 'gateway' }>;

function applicationScopes({ id, network, applications }: Gateway, suffixes: readonly string[]): string[] {
  if (applications === 'own') {
    if (network !== 'chirpstack' || !TOPIC_LEVEL.test(id)) return [];
    return suffixes.map((suffix) => `${chirpStackPrefix(id)}${NETWORKS[network].root}/+/${suffix}`);
  }
  const levels = applications === 'all' ? ['+'] : applications.filter(isApplication);
  return levels.flatMap((level) => suffixes.map((suffix) => `${NETWORKS[network].root}/${level}/${suffix}`));
}

/** One level, or with the tenant of The Things Stack two names with an '@' between them. */
function isApplication(text: string): boolean {
  const names = text.split('@');
  return names.length <= 2 && names.every((name) => TOPIC_LEVEL.test(name));
}

function departmentScopes(departments: readonly string[] | null): string[] {
  if (departments === null) return ['alarms/#', 'city/#'];
  return departments.filter((id) => TOPIC_LEVEL.test(id)).flatMap((id) => [`alarms/${id}/#`, `city/${id}/#`]);
}

function whyOutside(principal: Principal, topic: string): DenialReason {
  const root = topic.slice(0, topic.indexOf('/') + 1);
  switch (principal.type) {
    case 'device': {
      if (root !== 'city/') return 'outside-scope';
      const own = `city/${principal.department}/${principal.kind}/${principal.id}/`;
      return topic.startsWith(own) ? 'wrong-channel' : 'foreign-device';
    }
    case 'gateway':
      return whyOutsideNetwork(principal, topic, root);
    case 'user':
      return root === 'city/' || root === 'alarms/' ? 'foreign-department' : 'outside-scope';
    case 'service':
      return 'outside-scope';
  }
}

function whyOutsideNetwork({ id, network, applications }: Gateway, topic: string, root: string): DenialReason {
  if (applications === 'own') return topic.startsWith(chirpStackPrefix(id)) ? 'wrong-channel' : 'outside-scope';
  if (applications.length === 0) return 'no-application';
  if (root !== `${NETWORKS[network].root}/`) return 'outside-scope';
  const application = topic.split('/')[1] ?? '';
  return applications === 'all' || applications.includes(application) ? 'wrong-channel' : 'foreign-application';
}

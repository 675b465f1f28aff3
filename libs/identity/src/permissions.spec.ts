import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NetworkServer } from '#core';
import { mayPublish, mayReceive, maySubscribe, type Decision } from './permissions.js';
import type { Principal } from './principal.js';
import { topicMatches } from './topic-filter.js';

const device: Principal = {
  type: 'device',
  id: 'GF3637',
  clientId: 'GF3637',
  department: 'hyd',
  kind: 'smart-lamppost',
};
const gatewayOf = (
  network: NetworkServer,
  applications: readonly string[] | 'all' | 'own',
): Extract<Principal, { type: 'gateway' }> => ({
  type: 'gateway',
  id: 'gwin-1',
  clientId: 'gwin-1',
  network,
  applications,
});
const gateway = gatewayOf('chirpstack', ['app-0', 'app-1']);
const idle = gatewayOf('chirpstack', []);
const everything = gatewayOf('chirpstack', 'all');
const ofItself: Principal = { ...gatewayOf('chirpstack', 'own'), id: 'harbour' };
const things = gatewayOf('the-things-stack', ['app-1@ttn']);
const generic = gatewayOf('generic', ['app-1']);
const service: Principal = { type: 'service', id: 'alerts', clientId: 'service:alerts' };
const hyd: Principal = { type: 'user', id: 'wing', clientId: 'c1', departments: ['hyd'] };
const none: Principal = { type: 'user', id: 'new', clientId: 'c2', departments: [] };
const all: Principal = { type: 'user', id: 'admin', clientId: 'c3', departments: null };

const own = 'city/hyd/smart-lamppost/GF3637';
const say = (decision: Decision): string => (decision.allowed ? 'allowed' : decision.reason);

describe('T02 T03 mayPublish', () => {
  it.each<[string, Principal, string, string]>([
    ['device', device, `${own}/telemetry`, 'allowed'],
    ['device', device, `${own}/status`, 'allowed'],
    ['device', device, `${own}/command/ack`, 'allowed'],
    ['device', device, `${own}/command`, 'wrong-channel'],
    ['device', device, `${own}/rejected`, 'wrong-channel'],
    ['device', device, `${own}/telemetry/more`, 'wrong-channel'],
    ['device', device, 'city/hyd/smart-lamppost/GF3638/telemetry', 'foreign-device'],
    ['device', device, 'city/hyd/smart-lamppost/GF36370/telemetry', 'foreign-device'],
    ['device', device, 'city/hyd/smart-toilet/GF3637/telemetry', 'foreign-device'],
    ['device', device, 'city/fehd/smart-lamppost/GF3637/telemetry', 'foreign-device'],
    ['device', device, 'City/hyd/smart-lamppost/GF3637/telemetry', 'outside-scope'],
    ['device', device, `/${own}/telemetry`, 'outside-scope'],
    ['device', device, 'alarms/hyd/critical/GF3637', 'outside-scope'],
    ['device', device, 'lamplighter/services/api/status', 'outside-scope'],
    ['device', device, 'application/app-1/device/00/event/up', 'outside-scope'],
    ['device', device, '$SYS/uptime', 'reserved-topic'],
    ['device', device, `${own}/+`, 'invalid-topic'],
    ['device', device, '', 'invalid-topic'],
    ['gateway', gateway, 'application/app-1/device/24e124c8dbf20c3d/event/up', 'allowed'],
    ['gateway', gateway, 'application/app-2/device/24e124c8dbf20c3d/event/up', 'foreign-application'],
    ['gateway', gateway, 'application/app-1/device/24e124c8dbf20c3d/command/down', 'wrong-channel'],
    ['gateway', gateway, `${own}/telemetry`, 'outside-scope'],
    ['gateway without application', idle, 'application/app-1/device/24e124c8dbf20c3d/event/up', 'no-application'],
    ['gateway of all', everything, 'application/app-9/device/24e124c8dbf20c3d/event/up', 'allowed'],
    ['gateway of all', everything, 'application/app-9/device/24e124c8dbf20c3d/command/down', 'wrong-channel'],
    ['gateway of all', everything, 'v3/app-1@ttn/devices/dev1/up', 'outside-scope'],
    [
      'gateway of all',
      everything,
      'chirpstack/harbour/application/a/device/24e124c8dbf20c3d/event/up',
      'outside-scope',
    ],
    ['gateway of its own', ofItself, 'chirpstack/harbour/application/a/device/24e124c8dbf20c3d/event/up', 'allowed'],
    [
      'gateway of its own',
      ofItself,
      'chirpstack/airport/application/a/device/24e124c8dbf20c3d/event/up',
      'outside-scope',
    ],
    ['gateway of its own', ofItself, 'application/a/device/24e124c8dbf20c3d/event/up', 'outside-scope'],
    [
      'gateway of its own',
      ofItself,
      'chirpstack/harbour/application/a/device/24e124c8dbf20c3d/command/down',
      'wrong-channel',
    ],
    ['The Things Stack', things, 'v3/app-1@ttn/devices/dev1/up', 'allowed'],
    ['The Things Stack', things, 'v3/app-1@ttn/devices/dev1/down/ack', 'allowed'],
    ['The Things Stack', things, 'v3/app-1@ttn/devices/dev1/location/solved', 'allowed'],
    ['The Things Stack', things, 'v3/app-1@ttn/devices/dev1/down/push', 'wrong-channel'],
    ['The Things Stack', things, 'v3/app-1/devices/dev1/up', 'foreign-application'],
    ['The Things Stack', things, 'application/app-1@ttn/device/24e124c8dbf20c3d/event/up', 'outside-scope'],
    ['generic', generic, 'uplink/app-1/24e124c8dbf20c3d', 'allowed'],
    ['generic', generic, 'uplink/app-1/24e124c8dbf20c3d/more', 'wrong-channel'],
    ['generic', generic, 'uplink/app-2/24e124c8dbf20c3d', 'foreign-application'],
    ['service', service, 'v3/app-1@ttn/devices/dev1/up', 'allowed'],
    ['service', service, 'uplink/app-1/24e124c8dbf20c3d', 'allowed'],
    ['service', service, `${own}/telemetry`, 'allowed'],
    ['service', service, 'alarms/hyd/critical/GF3637', 'allowed'],
    ['service', service, 'lamplighter/services/alerts/status', 'allowed'],
    ['service', service, 'application/app-1/device/00/command/down', 'allowed'],
    ['service', service, '$SYS/uptime', 'reserved-topic'],
    ['service', service, 'somewhere/else', 'outside-scope'],
    ['user', hyd, `${own}/telemetry`, 'read-only'],
    ['user', all, 'alarms/hyd/critical/GF3637', 'read-only'],
  ])('%s %#: %p on %s is %s', (_name, principal, topic, expected) => {
    expect(say(mayPublish(principal, topic))).toBe(expected);
  });
});

describe('T04 maySubscribe', () => {
  it.each<[string, Principal, string, string]>([
    ['device', device, `${own}/command`, 'allowed'],
    ['device', device, `${own}/rejected`, 'allowed'],
    ['device', device, `${own}/#`, 'wrong-channel'],
    ['device', device, `${own}/+`, 'wrong-channel'],
    ['device', device, `${own}/telemetry`, 'wrong-channel'],
    ['device', device, 'city/hyd/smart-lamppost/+/command', 'foreign-device'],
    ['device', device, '#', 'outside-scope'],
    ['device', device, '+/#', 'outside-scope'],
    ['device', device, '$SYS/#', 'reserved-topic'],
    ['device', device, `$share/group/${own}/command`, 'shared-subscription'],
    ['device', device, 'city/#/x', 'invalid-filter'],
    ['gateway', gateway, 'application/app-1/device/+/command/down', 'allowed'],
    ['gateway', gateway, 'application/app-1/device/+/command/+', 'allowed'],
    ['gateway', gateway, 'application/+/device/+/command/down', 'foreign-application'],
    ['gateway', gateway, 'application/app-1/device/+/event/up', 'wrong-channel'],
    ['gateway of all', everything, 'application/+/device/+/command/+', 'allowed'],
    ['gateway of all', everything, 'application/#', 'wrong-channel'],
    ['gateway of all', everything, 'chirpstack/+/application/+/device/+/command/+', 'outside-scope'],
    ['gateway of its own', ofItself, 'chirpstack/harbour/application/+/device/+/command/+', 'allowed'],
    ['gateway of its own', ofItself, 'chirpstack/+/application/+/device/+/command/+', 'outside-scope'],
    ['gateway of its own', ofItself, 'application/+/device/+/command/+', 'outside-scope'],
    ['gateway of all', everything, '+/+/device/+/command/+', 'outside-scope'],
    ['The Things Stack', things, 'v3/app-1@ttn/devices/+/down/push', 'allowed'],
    ['The Things Stack', things, 'v3/app-1@ttn/devices/+/down/replace', 'allowed'],
    ['The Things Stack', things, 'v3/app-1@ttn/devices/+/down/+', 'wrong-channel'],
    ['The Things Stack', things, 'v3/+/devices/+/down/push', 'foreign-application'],
    ['generic', generic, 'uplink/app-1/#', 'wrong-channel'],
    ['service', service, 'v3/+/devices/+/down/push', 'allowed'],
    ['gateway without application', idle, 'application/app-1/device/+/command/down', 'no-application'],
    ['service', service, 'city/#', 'allowed'],
    ['service', service, '$SYS/#', 'allowed'],
    ['service', service, '#', 'outside-scope'],
    ['user', hyd, 'alarms/hyd/#', 'allowed'],
    ['user', hyd, 'alarms/hyd/critical/+', 'allowed'],
    ['user', hyd, 'city/hyd/+/+/telemetry', 'allowed'],
    ['user', hyd, 'alarms/+/critical/+', 'foreign-department'],
    ['user', hyd, 'city/fehd/#', 'foreign-department'],
    ['user', hyd, 'lamplighter/#', 'outside-scope'],
    ['user', hyd, '$SYS/#', 'reserved-topic'],
    ['user of no department', none, 'alarms/hyd/#', 'foreign-department'],
    ['user of all departments', all, 'alarms/#', 'allowed'],
    ['user of all departments', all, '+/hyd/#', 'outside-scope'],
    ['user of all departments', all, '$SYS/#', 'reserved-topic'],
  ])('%s %#: %p for %s is %s', (_name, principal, filter, expected) => {
    expect(say(maySubscribe(principal, filter))).toBe(expected);
  });

  const principals = [device, gateway, idle, everything, ofItself, things, generic, service, hyd, none, all];
  const level = fc.constantFrom(
    '+',
    'city',
    'alarms',
    'application',
    'lamplighter',
    '$SYS',
    'hyd',
    'fehd',
    'app-1',
    'smart-lamppost',
    'GF3637',
    'GF3638',
    'device',
    'command',
    'down',
    'telemetry',
    'v3',
    'app-1@ttn',
    'devices',
    'push',
    'uplink',
    'event',
  );
  const topic = fc
    .array(
      level.filter((l) => l !== '+'),
      { minLength: 1, maxLength: 6 },
    )
    .map((levels) => levels.join('/'));
  const filter = fc
    .tuple(fc.array(level, { minLength: 0, maxLength: 6 }), fc.boolean())
    .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))
    .filter((f) => f !== '');

  it('never grants a filter that matches a topic the principal may not receive', () => {
    fc.assert(
      fc.property(fc.constantFrom(...principals), filter, topic, (principal, f, t) => {
        if (!maySubscribe(principal, f).allowed || !topicMatches(f, t)) return;
        expect(say(mayReceive(principal, t))).toBe('allowed');
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('mayReceive', () => {
  it.each<[string, Principal, string, string]>([
    ['device', device, `${own}/command`, 'allowed'],
    ['device', device, `${own}/telemetry`, 'wrong-channel'],
    ['device', device, 'city/hyd/smart-lamppost/GF3638/command', 'foreign-device'],
    ['user', hyd, 'alarms/fehd/low/T1', 'foreign-department'],
    ['user', hyd, 'alarms/hyd/low/T1', 'allowed'],
    ['user', all, '$SYS/uptime', 'reserved-topic'],
    ['service', service, '$SYS/uptime', 'allowed'],
  ])('%s %#: %p of %s is %s', (_name, principal, topic, expected) => {
    expect(say(mayReceive(principal, topic))).toBe(expected);
  });
});

it.each(['+', '#', 'a/b', '', 'x'.repeat(65)])('a name such as %j gives no scope, rather than a wider one', (id) => {
  const odd: Principal = { type: 'device', id, clientId: id, department: 'hyd', kind: 'smart-lamppost' };
  expect(mayReceive(odd, 'city/hyd/smart-lamppost/GF3637/command').allowed).toBe(false);
  expect(maySubscribe(odd, `city/hyd/smart-lamppost/${id}/command`).allowed).toBe(false);
  expect(maySubscribe({ type: 'user', id: 'u', clientId: 'c', departments: [id] }, 'alarms/#').allowed).toBe(false);
  expect(mayPublish(gatewayOf('chirpstack', [id]), 'application/x/device/y/event/up').allowed).toBe(false);
  expect(mayPublish(gatewayOf('the-things-stack', [`a@b@${id}`, `${id}@b`]), 'v3/x/devices/y/up').allowed).toBe(false);
});

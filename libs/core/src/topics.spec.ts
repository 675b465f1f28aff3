import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CHIRPSTACK_EVENTS,
  chirpStackDownTopic,
  chirpStackEventTopic,
  genericUplinkTopic,
  parseNetworkTopic,
  THINGS_STACK_EVENTS,
  thingsStackDownTopic,
  thingsStackEventTopic,
  TOPIC_LEVEL,
} from './topics.js';

const level = fc.stringMatching(TOPIC_LEVEL);
const devEui = fc.stringMatching(/^[0-9a-f]{16}$/);

describe('topics of network servers', () => {
  it('are parsed back into what they were built from', () => {
    fc.assert(
      fc.property(
        fc.record({
          application: level,
          tenant: fc.option(level),
          deviceId: level,
          devEui,
          networkServer: fc.option(level),
        }),
        fc.constantFrom(...CHIRPSTACK_EVENTS),
        fc.constantFrom(...THINGS_STACK_EVENTS),
        ({ application, tenant, deviceId, devEui, networkServer }, chirpStack, thingsStack) => {
          const [ofChirpStack, ofThingsStack] = [
            { application, devEui },
            { application, tenant, deviceId },
          ];
          expect(parseNetworkTopic(chirpStackEventTopic({ networkServer, ...ofChirpStack }, chirpStack))).toEqual({
            server: 'chirpstack',
            networkServer,
            ...ofChirpStack,
            event: chirpStack,
          });
          expect(parseNetworkTopic(thingsStackEventTopic(ofThingsStack, thingsStack))).toEqual({
            server: 'the-things-stack',
            ...ofThingsStack,
            event: thingsStack,
          });
          expect(parseNetworkTopic(genericUplinkTopic(ofChirpStack))).toEqual({
            server: 'generic',
            ...ofChirpStack,
            event: 'up',
          });
        },
      ),
    );
  });

  it.each([
    '',
    'application/a/device/0101/event/up',
    'application/+/device/0101010101010101/event/up',
    'chirpstack/a b/application/a/device/0101010101010101/event/up',
    'chirpstack/a/device/0101010101010101/event/up',
    'other/a/application/a/device/0101010101010101/event/up',
    'application/a b/device/0101010101010101/event/up',
    'v3/app@a@b/devices/dev1/up',
    'v3/app/devices/#/up',
    'v3/app@tenant/devices/dev1',
    'v3/app@tenant/devices/dev1/down/ack/more',
    'uplink/app/0101',
    'uplink/app/0101010101010101/more',
    'city/hyd/smart-lamppost/GF3637/telemetry',
  ])('are told from others: %s', (topic) => {
    expect(parseNetworkTopic(topic)).toBeNull();
  });

  it('name downlinks as the network servers do', () => {
    expect([
      chirpStackDownTopic({ application: 'a', devEui: '0101010101010101' }),
      chirpStackDownTopic({ networkServer: 'harbour', application: 'a', devEui: '0101010101010101' }),
      thingsStackDownTopic({ application: 'app1', tenant: 'tenant1', deviceId: 'dev1' }, 'push'),
      thingsStackDownTopic({ application: 'app1', tenant: null, deviceId: 'dev1' }, 'replace'),
    ]).toEqual([
      'application/a/device/0101010101010101/command/down',
      'chirpstack/harbour/application/a/device/0101010101010101/command/down',
      'v3/app1@tenant1/devices/dev1/down/push',
      'v3/app1/devices/dev1/down/replace',
    ]);
  });

  it('put a DevEUI into lower case', () => {
    expect(parseNetworkTopic('uplink/app/00AAbbCCddEEff00')).toMatchObject({ devEui: '00aabbccddeeff00' });
  });
});

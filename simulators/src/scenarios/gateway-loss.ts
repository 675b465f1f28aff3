import type { Scenario } from './scenario.js';

/** What no other device shows: a gap in the frame counters of everything behind a gateway, and readings as usual behind the gap. */
export const gatewayLoss: Scenario = {
  name: 'gateway-loss',
  description: 'LoRaWAN gateways fall silent, and with them every device that no other gateway hears',
  hours: 2,
  effects: [
    {
      name: 'backhaul-worsens',
      kinds: ['lorawan-gateway'],
      during: [0, 0.3],
      unit: 'district',
      share: 0.35,
      values: { backhaulLatency: { add: 1500 }, framesNotSent: { add: 12 }, gnssLocked: false },
    },
    {
      name: 'gateways-lost',
      kinds: ['lorawan-gateway'],
      during: [0.15, 0.85],
      unit: 'district',
      share: 0.35,
      stagger: 0.1,
      silent: true,
    },
    {
      name: 'neighbours-take-over',
      kinds: ['lorawan-gateway'],
      during: [0.2, 0.8],
      unit: 'city',
      share: 1,
      values: { framesReceived: { times: 1.4 }, channelUse: { times: 1.4 } },
    },
  ],
};

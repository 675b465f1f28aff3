import type { SimulatedDevice } from './city.js';

/**
 * Lets only so many devices have a connection of their own. A real city does not hold tens of thousands of sessions for its
 * junctions, chargers and access points either: their head-ends collect them, and here they are reached through the network
 * server with the devices of LoRaWAN. The first of the city keep their connections, so a larger number adds to a smaller one.
 */
export function attach(city: readonly SimulatedDevice[], connections: number): SimulatedDevice[] {
  let direct = 0;
  return city.map((device) =>
    device.network === 'direct' && ++direct > connections ? { ...device, network: 'lorawan' } : device,
  );
}

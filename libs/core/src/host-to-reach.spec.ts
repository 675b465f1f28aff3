import { hostToReach } from './host-to-reach.js';

describe('the host by which a process of this machine reaches another', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::1', '[::1]'],
    ['10.1.2.3', '10.1.2.3'],
    ['fd00::7', '[fd00::7]'],
    ['gateway.example.org', 'gateway.example.org'],
  ])('that listens on %s is %s', (address, host) => expect(hostToReach(address)).toBe(host));
});

/** Host, as it stands in a URL, by which a process of this machine reaches what listens on an address: the address itself unless it is every one. */
export function hostToReach(listenAddress: string): string {
  if (listenAddress === '0.0.0.0' || listenAddress === '::') return '127.0.0.1';
  return listenAddress.includes(':') ? `[${listenAddress}]` : listenAddress;
}

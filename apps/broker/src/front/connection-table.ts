import type { BrokerLimits } from '../broker-settings.js';
import type { Connection } from './connection.js';

/** All open connections, with the caps on them. */
export class ConnectionTable {
  private readonly connections = new Set<Connection>();
  private readonly byAddress = new Map<string, number>();
  private readonly byUsername = new Map<string, Set<Connection>>();

  constructor(private readonly limits: BrokerLimits) {}

  get size(): number {
    return this.connections.size;
  }

  /** Why one more connection of this address is not taken, or null. */
  refusal(address: string): 'too-many-connections' | 'too-many-connections-of-address' | null {
    if (this.connections.size >= this.limits.maxConnections) return 'too-many-connections';
    if (isLoopback(address)) return null;
    if ((this.byAddress.get(address) ?? 0) >= this.limits.maxConnectionsPerAddress)
      return 'too-many-connections-of-address';
    return null;
  }

  add(connection: Connection): void {
    this.connections.add(connection);
    const { address } = connection.origin;
    this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + 1);
  }

  /** The connection got its user name. False when it has gone meanwhile: nobody would take it off the list again. */
  named(connection: Connection, username: string): boolean {
    if (!this.connections.has(connection)) return false;
    let named = this.byUsername.get(username);
    if (named === undefined) this.byUsername.set(username, (named = new Set()));
    named.add(connection);
    return true;
  }

  remove(connection: Connection): void {
    if (!this.connections.delete(connection)) return;
    const { address } = connection.origin;
    const left = (this.byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.byAddress.set(address, left);
    else this.byAddress.delete(address);
    if (connection.username === null) return;
    const named = this.byUsername.get(connection.username);
    named?.delete(connection);
    if (named?.size === 0) this.byUsername.delete(connection.username);
  }

  all(): IterableIterator<Connection> {
    return this.connections.values();
  }

  of(username: string): readonly Connection[] {
    return [...(this.byUsername.get(username) ?? [])];
  }

  *ofClient(clientId: string): Generator<Connection> {
    for (const connection of this.connections) if (connection.clientId === clientId) yield connection;
  }
}

export function isLoopback(address: string): boolean {
  return (
    address === '::1' || address === 'localhost' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address) || address === 'unix'
  );
}

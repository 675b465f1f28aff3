import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS } from '../broker-settings.js';
import type { Connection } from './connection.js';
import { ConnectionTable } from './connection-table.js';

const connectionOf = (username: string | null): Connection =>
  ({ username, origin: { address: '192.0.2.1', transport: 'tcp', certificate: null } }) as Connection;

describe('ConnectionTable', () => {
  it('knows the connections of a user name until they go', () => {
    const table = new ConnectionTable(DEFAULT_LIMITS);
    const connection = connectionOf('lamp');
    table.add(connection);
    expect(table.named(connection, 'lamp')).toBe(true);
    expect(table.of('lamp')).toEqual([connection]);
    table.remove(connection);
    expect([table.of('lamp'), table.size]).toEqual([[], 0]);
  });

  // A password takes time to check, and whoever showed it need not wait for that.
  it('does not keep a connection that got its user name after it had gone', () => {
    const table = new ConnectionTable(DEFAULT_LIMITS);
    const connection = connectionOf('lamp');
    table.add(connection);
    table.remove(connection);
    expect(table.named(connection, 'lamp')).toBe(false);
    expect(table.of('lamp')).toEqual([]);
  });
});

import { createServer, type IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { until } from '#core/testing';
import { pipeMqttUpgrades } from './mqtt-upgrade.js';

describe('upgrades to MQTT over WebSocket', () => {
  const upgraded = (url: string): PassThrough => {
    const server = createServer();
    pipeMqttUpgrades(server, '/nowhere/mqtt-ws.sock', pino({ level: 'silent' }));
    const socket = new PassThrough();
    server.emit('upgrade', { url } as IncomingMessage, socket, Buffer.alloc(0));
    return socket;
  };

  // Node takes its own listener off a socket that it hands over; an error that nobody hears ends the process.
  it('survive a client that resets its connection while it is refused', () => {
    const socket = upgraded('/elsewhere');
    expect(() => socket.emit('error', new Error('read ECONNRESET'))).not.toThrow();
  });

  it('that are refused take no socket for longer than their answer', async () => {
    const socket = upgraded('/elsewhere');
    await until(
      'the socket to be gone',
      () => socket.destroyed,
      (gone) => gone,
    );
  });

  it.each(['//', '//:', 'http://[', '/mqtt/x', '*'])('are refused for %s, whatever it is', (url) => {
    expect(String(upgraded(url).read())).toMatch(/^HTTP\/1\.1 404 /);
  });
});

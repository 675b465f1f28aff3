import { beforeEach, describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LamplighterError } from '#core';
import { EXIT_BAD_CONFIGURATION, EXIT_FAILED, type Host, runService, type ServiceProgram } from './run-service.js';
import type { ProcessSettings } from './settings.js';

class FakeHost extends EventEmitter implements Host {
  readonly env = { LAMPLIGHTER_LOG_LEVEL: 'silent' };
  readonly pid = 4711;
  readonly complaints: string[] = [];
  readonly messages: unknown[] = [];
  readonly exits: number[] = [];
  readonly stderr = { write: (text: string) => this.complaints.push(text) };

  exit(code: number): void {
    this.exits.push(code);
    this.emit('exited');
  }

  send(message: unknown): boolean {
    this.messages.push(message);
    return true;
  }
}

describe('runService', () => {
  let host: FakeHost;
  let pidFile: string;
  let closings: boolean[];

  beforeEach(() => {
    host = new FakeHost();
    pidFile = join(mkdtempSync(join(tmpdir(), 'lamplighter-service-')), 'run', 'quality.pid');
    closings = [];
  });

  const program = (change: Partial<ServiceProgram<ProcessSettings>> = {}): ServiceProgram<ProcessSettings> => ({
    service: 'quality',
    settings: (environment) => ({ pidFile, logLevel: environment.LAMPLIGHTER_LOG_LEVEL! }),
    start: async () => ({
      close: async () => {
        closings.push(existsSync(pidFile));
      },
    }),
    ...change,
  });

  it('writes the pid file when the service has started, and then says that it is ready', async () => {
    let present = true;
    await runService(
      program({
        start: async () => {
          present = existsSync(pidFile);
          return { close: () => Promise.resolve() };
        },
      }),
      host,
    );
    expect(present).toBe(false);
    expect(readFileSync(pidFile, 'utf8')).toBe('4711\n');
    expect(statSync(pidFile).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(pidFile)).mode & 0o777).toBe(0o700);
    expect(host.messages).toEqual([{ type: 'ready', service: 'quality' }]);
    expect(host.exits).toEqual([]);
  });

  it('replaces the pid file of a process that was killed', async () => {
    await runService(program(), host);
    writeFileSync(pidFile, '1\n');
    await runService(program(), host);
    expect(readFileSync(pidFile, 'utf8')).toBe('4711\n');
  });

  it.each(['SIGTERM', 'SIGINT'])('closes on %s, removes the pid file and exits with 0', async (signal) => {
    await runService(program(), host);
    const exited = once(host, 'exited');
    host.emit(signal);
    await exited;
    expect(closings).toEqual([true]);
    expect(existsSync(pidFile)).toBe(false);
    expect(host.exits).toEqual([0]);
  });

  it('closes once, however often it is told to stop', async () => {
    await runService(program(), host);
    const exited = once(host, 'exited');
    host.emit('SIGTERM');
    host.emit('SIGINT');
    host.emit('SIGTERM');
    await exited;
    expect(closings).toHaveLength(1);
    expect(host.exits).toEqual([0]);
  });

  it('ends with 0 when something that does not answer keeps it from closing', async () => {
    await runService(
      program({ stopWithinMs: 1, start: async () => ({ close: () => new Promise<void>(() => undefined) }) }),
      host,
    );
    const exited = once(host, 'exited');
    host.emit('SIGTERM');
    await exited;
    expect(existsSync(pidFile)).toBe(false);
    expect(host.exits).toEqual([0]);
  });

  it('exits with 70 when it cannot be closed', async () => {
    await runService(
      program({ start: async () => ({ close: () => Promise.reject(new Error('the disk is gone')) }) }),
      host,
    );
    const exited = once(host, 'exited');
    host.emit('SIGTERM');
    await exited;
    expect(host.exits).toEqual([EXIT_FAILED]);
  });

  it('exits with 70 and closes nothing when the service cannot go on', async () => {
    let fail: (error: unknown) => void = () => undefined;
    await runService(
      program({
        start: async (_settings, { onFatal }) => {
          fail = onFatal;
          return { close: async () => void closings.push(true) };
        },
      }),
      host,
    );
    fail(new Error('the disk is gone'));
    expect(host.exits).toEqual([EXIT_FAILED]);
    expect(EXIT_FAILED).toBe(70);
    expect(closings).toEqual([]);
  });

  it('exits with 78 and says why when the configuration is bad', async () => {
    const fault = new LamplighterError('bad-configuration', 'Quality cannot be started.');
    const settings = (): never => {
      throw fault;
    };
    await runService(program({ settings }), host);
    expect(host.exits).toEqual([EXIT_BAD_CONFIGURATION]);
    expect(EXIT_BAD_CONFIGURATION).toBe(78);
    expect(host.complaints).toEqual(['Quality cannot be started.\n']);
    expect(host.messages).toEqual([]);
  });

  it('exits with 1 when it could not be started for another reason, without a pid file', async () => {
    await runService(program({ start: () => Promise.reject(new Error('no journal')) }), host);
    expect(host.exits).toEqual([1]);
    expect(host.complaints).toEqual(['no journal\n']);
    expect(existsSync(pidFile)).toBe(false);
    expect(host.listenerCount('SIGTERM')).toBe(0);
  });
});

import type { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LogWriter } from './log-writer.js';
import { ServiceProcess } from './service-process.js';

class FakeChild extends EventEmitter {
  readonly stdout = null;
  readonly stderr = null;
  readonly exitCode = null;
  readonly signalCode = null;

  constructor(readonly pid: number | undefined) {
    super();
  }

  ready(): void {
    this.emit('message', { type: 'ready' });
  }

  kill(signal: string): void {
    this.emit('exit', null, signal);
  }
}

describe('a supervised service', () => {
  let directory: string;
  let children: FakeChild[];
  let nextPid: () => number | undefined;
  let restarts: string[];
  let service: ServiceProcess;

  beforeEach(() => {
    jest.useFakeTimers();
    directory = mkdtempSync(join(tmpdir(), 'service-process-'));
    children = [];
    restarts = [];
    nextPid = () => 1_000 + children.length;
    const spawnFake = () => {
      const child = new FakeChild(nextPid());
      children.push(child);
      return child;
    };
    const log = new LogWriter('broker', join(directory, 'broker.log'), { everything: false, print: () => undefined });
    service = new ServiceProcess(
      { name: 'broker', entry: 'broker.js', environment: {}, stopTimeoutMs: 1_000 },
      log,
      (_name, reason) => restarts.push(reason),
      spawnFake as unknown as typeof spawn,
    );
  });
  afterEach(async () => {
    jest.useRealTimers();
    await service.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is started again when it is killed', async () => {
    const started = service.start();
    children[0]!.ready();
    await started;
    children[0]!.emit('exit', null, 'SIGKILL');
    jest.advanceTimersByTime(100);
    expect([restarts, children.length, service.pid]).toEqual([['SIGKILL'], 2, 1_001]);
  });

  it('is started again when the system could not make the process', async () => {
    const started = service.start();
    children[0]!.ready();
    await started;
    nextPid = () => undefined;
    children[0]!.emit('exit', null, 'SIGKILL');
    jest.advanceTimersByTime(100);
    nextPid = () => 7;
    children[1]!.emit('error', new Error('spawn EAGAIN'));
    jest.advanceTimersByTime(200);
    expect([restarts, children.length, service.pid]).toEqual([['SIGKILL', 'spawn EAGAIN'], 3, 7]);
  });

  it('that never came up is a fault of configuration, with what it complained about', async () => {
    const started = service.start();
    children[0]!.emit('exit', 78, null);
    await expect(started).rejects.toThrow('broker could not start (exit code 78)');
    jest.advanceTimersByTime(60_000);
    expect(children).toHaveLength(1);
  });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../tests/acceptance/platform.js';
import { whenListening } from './listening.js';

/**
 * Its queue to a subscriber is unlimited, because by default it drops what the subscriber is late for, and the window is wide,
 * because the default of 20 measures round trips.
 */
const CONFIGURATION = (port: number): string =>
  [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'max_queued_messages 0',
    'max_inflight_messages 1000',
    'log_type error',
    '',
  ].join('\n');

export interface RunningMosquitto {
  readonly port: number;
  stop(): void;
}

export async function startMosquitto(directory: string): Promise<RunningMosquitto> {
  const port = await freePort();
  const file = join(directory, 'mosquitto.conf');
  writeFileSync(file, CONFIGURATION(port));
  const broker: ChildProcess = spawn('mosquitto', ['-c', file], { stdio: 'ignore' });
  try {
    await whenListening(port, 'Mosquitto');
  } catch (error) {
    broker.kill();
    throw error;
  }
  return { port, stop: () => void broker.kill() };
}

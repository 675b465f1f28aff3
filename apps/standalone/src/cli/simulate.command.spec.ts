import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import type { SimulationState } from '../../../../simulators/src/city-simulation.js';
import { duration } from './argument-parsers.js';
import { simulateCommand } from './simulate.command.js';
import { SimulationReport } from './simulation-report.js';

const STATE: SimulationState = {
  sent: 1200,
  acknowledged: 1200,
  inFlight: 0,
  lost: 0,
  late: 3,
  missed: 0,
  unheard: 7,
  connected: 12,
  connections: 12,
};

async function run(...args: string[]): Promise<string> {
  let output = '';
  const command = simulateCommand({ exitCode: 0 })
    .exitOverride()
    .configureOutput({ writeErr: (text) => (output += text), writeOut: (text) => (output += text) });
  const log = console.log;
  console.log = (text: string) => (output += `${text}\n`);
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  } finally {
    console.log = log;
  }
  return output;
}

describe('the command simulate', () => {
  it('lists the scenarios, one a line', async () => {
    const lines = (await run('--list-scenarios')).trim().split('\n');
    expect(lines.map((line) => line.split(/\s/)[0])).toEqual([
      'typhoon',
      'blackout',
      'flood',
      'gateway-loss',
      'rush-hour',
      'vandalism',
      'clock-drift',
    ]);
    expect(lines.every((line) => line.length > 40)).toBe(true);
  });

  it.each([
    [['--scenario', 'typhon'], /There is no scenario 'typhon' \(did you mean 'typhoon'\?\)/],
    [['--devices', 'many'], /a whole number/],
    [['--interval', 'soon'], /a time such as 60s/],
  ])('refuses %j before it connects anywhere', async (args, message) => {
    expect(await run(...args)).toMatch(message);
  });

  it('ends with a word when there is no platform, instead of waiting for one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lamplighter-simulate-'));
    const before = { ...process.env };
    Object.assign(process.env, { LAMPLIGHTER_DATA_DIR: directory, LAMPLIGHTER_API_KEY: 'key' });
    try {
      await expect(run('--api-url', 'http://127.0.0.1:1')).rejects.toThrow(
        /API at http:\/\/127\.0\.0\.1:1 does not answer/,
      );
    } finally {
      process.env = before;
      rmSync(directory, { recursive: true });
    }
  });

  it.each([
    ['60s', 60_000],
    ['0', 0],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['250ms', 250],
    ['30', 30_000],
  ])('understands %s', (text, ms) => {
    expect(duration(text)).toBe(ms);
  });
});

describe('the report of a simulation', () => {
  it('writes a line now and then into a file, and a summary that says what was lost', () => {
    const lines: string[] = [];
    const report = new SimulationReport(false, (text) => lines.push(text));
    for (let done = 0; done <= 1000; done += 10) report.registering({ done, of: 1000 });
    expect(lines).toHaveLength(11);
    report.started({ devices: 1000, registered: 1000, seconds: 2 });
    report.status(STATE);
    report.summary({ ...STATE, lost: 2, inFlight: 1 });
    expect(lines.at(-3)).toBe('1000 devices, 1000 registered in 2.0 s (500/s)\n');
    expect(lines.at(-2)).toMatch(
      /sent 1200 {2}acknowledged 1200 {2}late 3 {2}missed 0 {2}connected 12\/12 {2}RSS \d+ MiB\n$/,
    );
    expect(lines.at(-1)).toMatch(
      /^1200 messages in .* 1200 acknowledged, 3 lost; 3 ticks late, 0 missed, 7 frames unheard/,
    );
  });

  it('renews one line on a terminal', () => {
    const written: string[] = [];
    const report = new SimulationReport(true, (text) => written.push(text));
    report.status(STATE);
    report.status(STATE);
    expect(written.every((text) => text.startsWith('\r') && !text.includes('\n'))).toBe(true);
  });
});

import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { LamplighterError } from '#core';
import { RecordingError } from '../../../../simulators/src/recorded-csv.js';
import { ApiProblem } from './api-client.js';
import { claimCommand } from './claim.command.js';
import { codecCommand } from './codec.command.js';
import { deadLettersCommand } from './dead-letters.command.js';
import { deviceCommand } from './device.command.js';
import { deviceTypeCommand } from './device-type.command.js';
import { doctorCommand } from './doctor.command.js';
import { networkServerCommand } from './network-server.command.js';
import { qualityCommand } from './quality.command.js';
import { queryCommand } from './query.command.js';
import { replayCommand } from './replay.command.js';
import { simulateCommand } from './simulate.command.js';
import { sightingsCommand } from './sightings.command.js';
import { startCommand } from './start.command.js';
import { tailCommand } from './tail.command.js';

/** The command line `lamplighter`. Resolves with the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  endWithReader();
  const outcome = { exitCode: 0 };
  const program = new Command('lamplighter')
    .description('Telemetry and alarm platform for smart cities')
    .exitOverride()
    .showHelpAfterError('(lamplighter --help tells more)');
  for (const command of [
    startCommand(outcome),
    deviceCommand(outcome),
    claimCommand(outcome),
    codecCommand(outcome),
    deviceTypeCommand(outcome),
    networkServerCommand(),
    tailCommand(),
    queryCommand(),
    qualityCommand(),
    replayCommand(),
    deadLettersCommand(),
    sightingsCommand(),
    simulateCommand(outcome),
    doctorCommand(outcome),
  ]) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander shows only what it finds wrong itself.
      if (error instanceof InvalidArgumentError) console.error(error.message);
      return error.exitCode;
    }
    if (error instanceof ApiProblem || error instanceof LamplighterError || error instanceof RecordingError)
      console.error(error.message);
    else console.error(fileFault(error) ?? error);
    return 1;
  }
}

/** What `| head` leaves unread is nobody's fault. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/** In one line, when a file that was named on the command line cannot be read or written; else null. */
function fileFault(error: unknown): string | null {
  const { code, path, message } = error as NodeJS.ErrnoException;
  // Node does not say which: a folder can be opened, and fails when it is read.
  if (code === 'EISDIR') return 'A folder was named where a file is needed.';
  if (typeof path !== 'string') return null;
  if (code === 'EEXIST') return `There is a file '${path}' already, and it is not written over: name another.`;
  if (code === 'ENOTDIR') return `There is no folder '${path}'.`;
  if (code === 'ENOENT') return `There is no file '${path}'.`;
  return message;
}

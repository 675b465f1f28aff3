import { readFileSync } from 'node:fs';
import { LamplighterError } from '#core';
import type { Environment } from './environment.js';

/**
 * There is one writer. LMDB only serialises write transactions, so the writer leaves its mark in the environment, taken
 * inside a write transaction (LMDB's lock is released by the system when its holder dies). A mark counts as long as the
 * process that left it lives: process id and start time together are not used twice before the next boot.
 */
interface Mark {
  readonly pid: number;
  readonly started: string;
}

const FACT = 'writer';
const held = new Set<string>();

/** @throws LamplighterError `data-directory-in-use` */
export function takeLease(environment: Environment, directory: string): () => void {
  const own: Mark = { pid: process.pid, started: startOf(process.pid) };
  environment.root.transactionSync(() => {
    const other = environment.facts.get(FACT) as Mark | undefined;
    if (other && isHeld(other, own, directory)) {
      throw new LamplighterError(
        'data-directory-in-use',
        `Process ${other.pid} already writes the journal in ${directory}.`,
      );
    }
    environment.facts.putSync(FACT, own);
  });
  held.add(directory);
  return () => {
    held.delete(directory);
    environment.facts.removeSync(FACT);
  };
}

function isHeld(other: Mark, own: Mark, directory: string): boolean {
  if (other.pid === own.pid && other.started === own.started) return held.has(directory);
  return isAlive(other.pid) && startOf(other.pid) === other.started;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Boot and start time of a process; empty where the system has no /proc, which leaves the process id alone to decide. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22 is the start time (proc(5)); the name in field 2 may contain spaces, so count from its closing parenthesis.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${started}`;
  } catch {
    return '';
  }
}

import { type Logger, pino } from 'pino';
import { LamplighterError } from '#core';
import { removePidFile, writePidFile } from './pid-file.js';
import type { Environment, ProcessSettings } from './settings.js';
import { within } from './within.js';

/** The process cannot go on; the supervisor starts a new one, which goes on from what is on disk. */
export const EXIT_FAILED = 70;
/** EX_CONFIG of sysexits.h. */
export const EXIT_BAD_CONFIGURATION = 78;
/** Less than a supervisor waits before it kills: ten seconds in Docker. */
const STOP_WITHIN_MS = 8_000;

export interface ServiceProgram<S extends ProcessSettings> {
  /** Name of the service, such as 'alerts'. */
  readonly service: string;
  /** @throws LamplighterError `bad-configuration` */
  readonly settings: (environment: Environment) => S;
  /** What the log says when the service reports that it cannot go on. */
  readonly fatal?: string;
  /** How long closing may take before the process ends without it; default 8 s. */
  readonly stopWithinMs?: number;
  /** Opens the adapters, makes the service of them and starts it. */
  readonly start: (settings: S, frame: ServiceFrame) => Promise<StartedService>;
}

export interface ServiceFrame {
  readonly logger: Logger;
  /** Logs the error and ends the process with {@link EXIT_FAILED}, without closing anything. */
  readonly onFatal: (error: unknown) => void;
}

export interface StartedService {
  /** What the log says when the service has started; 'ready' without it. */
  readonly started?: { readonly text: string; readonly facts: object };
  /** Called once, when the process is told to stop. */
  close(): Promise<void>;
}

/** The part of `process` that is used here. */
export type Host = Pick<NodeJS.Process, 'env' | 'pid' | 'send'> & {
  readonly stderr: { write(text: string): unknown };
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
};

/**
 * The life of a service's process: settings -> start -> pid file -> 'ready' to the supervisor -> SIGTERM or SIGINT -> close.
 * It ends with 0 when it was told to stop, also when a database that does not answer keeps it from closing in time, {@link EXIT_FAILED}, {@link EXIT_BAD_CONFIGURATION}, or 1 when it could not be
 * started for another reason, which it says on standard error.
 */
export async function runService<S extends ProcessSettings>(
  program: ServiceProgram<S>,
  host: Host = process,
): Promise<void> {
  try {
    await startService(program, host);
  } catch (error) {
    host.stderr.write(`${(error as Error).message}\n`);
    host.exit(error instanceof LamplighterError && error.code === 'bad-configuration' ? EXIT_BAD_CONFIGURATION : 1);
  }
}

async function startService<S extends ProcessSettings>(program: ServiceProgram<S>, host: Host): Promise<void> {
  const { service, fatal = 'the service cannot go on; exiting', stopWithinMs = STOP_WITHIN_MS, start } = program;
  const settings = program.settings(host.env);
  const logger = pino({ level: settings.logLevel, base: { service } });
  const onFatal = (error: unknown): void => {
    logger.fatal({ err: error }, fatal);
    host.exit(EXIT_FAILED);
  };
  const running = await start(settings, { logger, onFatal });
  writePidFile(settings.pidFile, host.pid);
  stopOnSignal(host, logger, async () => {
    if (!(await within(stopWithinMs, running.close())))
      logger.warn(
        { stopWithinMs },
        'something that the service uses does not answer, so it could not be closed in order; what was acknowledged is on disk',
      );
    removePidFile(settings.pidFile);
  });
  const { text, facts } = running.started ?? { text: 'ready', facts: {} };
  logger.info(facts, text);
  host.send?.({ type: 'ready', service });
}

function stopOnSignal(host: Host, logger: Logger, close: () => Promise<void>): void {
  let isStopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, 'stopping');
    try {
      await close();
    } catch (error) {
      logger.error({ err: error }, 'the service could not be closed in order');
      host.exit(EXIT_FAILED);
      return;
    }
    logger.info('stopped');
    host.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) host.on(signal, () => void stop(signal));
}

import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** What Nest has to say goes where everything else does; its start-up chatter is for debugging. */
export function nestLogger(logger: Logger): LoggerService {
  return {
    log: (message) => logger.debug(String(message)),
    debug: (message) => logger.debug(String(message)),
    verbose: (message) => logger.trace(String(message)),
    warn: (message) => logger.warn(String(message)),
    error: (message) => logger.error(message instanceof Error ? { err: message } : {}, String(message)),
    fatal: (message) => logger.fatal(String(message)),
  };
}

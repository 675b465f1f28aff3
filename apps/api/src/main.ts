import 'reflect-metadata';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { LamplighterError } from '#core';
import { openAdapters } from './open-adapters.js';
import { createApi } from './application.js';
import { readApiSettings } from './environment.js';
import { ApiMetrics } from './health/api-metrics.js';

/** EX_CONFIG of sysexits.h. */
const EXIT_BAD_CONFIGURATION = 78;

async function main(): Promise<void> {
  const settings = readApiSettings(process.env);
  const logger = pino({ level: settings.logLevel, base: { service: 'api' } });
  const metrics = new ApiMetrics();
  const adapters = await openAdapters(settings, logger, () => metrics.forStatus());
  const api = await createApi({ settings, adapters, logger, metrics });
  await api.listen({ host: settings.host, port: settings.port });
  const pidFile = join(settings.dataDirectory, 'run', 'api.pid');
  mkdirSync(join(settings.dataDirectory, 'run'), { recursive: true, mode: 0o700 });
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  stopOnSignal(logger, async () => {
    await api.close();
    await adapters.close();
    rmSync(pidFile, { force: true });
  });
  logger.info({ url: await api.getUrl() }, 'listening');
  process.send?.({ type: 'ready', service: 'api' });
}

function stopOnSignal(logger: Logger, close: () => Promise<void>): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    await close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(error instanceof LamplighterError && error.code === 'bad-configuration' ? EXIT_BAD_CONFIGURATION : 1);
});

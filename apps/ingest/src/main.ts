import 'reflect-metadata';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Logger, pino } from 'pino';
import { LamplighterError, type ServiceStatus, systemClock } from '#core';
import { loadOrCreateSecret } from '#identity';
import { createTranscoder } from '#device-types';
import { createIngest } from './create-ingest.js';
import { openAdapters } from './open-adapters.js';
import { type IngestSettings, settingsOf } from './settings.js';
import { ServiceBus } from './status/service-bus.js';
import { SERVICE } from './status/status-publisher.js';

/** Nothing more can be acknowledged; the supervisor starts a new process, which goes on from the store's position. */
const EXIT_FAILED = 70;
/** EX_CONFIG of sysexits.h. */
const EXIT_BAD_CONFIGURATION = 78;

async function main(): Promise<void> {
  const settings = settingsOf(process.env);
  const logger = pino({ level: settings.logLevel, base: { service: SERVICE } });
  const onFatal = (error: unknown): void => {
    logger.fatal({ err: error }, 'ingest cannot go on; exiting to start again from what is stored');
    process.exit(EXIT_FAILED);
  };
  const adapters = await openAdapters(settings, onFatal);
  const transcoder = createTranscoder();
  const bus = createBus(settings, logger);
  bus.start();
  const { timePolicy, batchMessages } = settings;
  const ingest = await createIngest({
    adapters,
    transcoder,
    bus,
    timePolicy,
    batchMessages,
    clock: systemClock,
    logger,
    random: Math.random,
    onFatal,
  });
  writePidFile(settings.pidFile);
  stopOnSignal(logger, async () => {
    await ingest.close();
    await bus.close();
    await transcoder.close();
    await adapters.close();
    rmSync(settings.pidFile, { force: true });
  });
  logger.info('ready');
  process.send?.({ type: 'ready', service: SERVICE });
}

function createBus(settings: IngestSettings, logger: Logger): ServiceBus {
  const startedAt = systemClock.now();
  const down = (): ServiceStatus => ({
    service: SERVICE,
    state: 'down',
    pid: process.pid,
    startedAt,
    at: systemClock.now(),
    metrics: {},
  });
  const key = settings.serviceKey ?? loadOrCreateSecret(settings.serviceKeyFile, 32);
  return new ServiceBus({ url: settings.mqttUrl, service: SERVICE, key, down, logger, random: Math.random });
}

function writePidFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${process.pid}\n`, { mode: 0o600 });
}

function stopOnSignal(logger: Logger, close: () => Promise<void>): void {
  let isStopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, 'stopping');
    await close();
    logger.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(error instanceof LamplighterError && error.code === 'bad-configuration' ? EXIT_BAD_CONFIGURATION : 1);
});

import 'reflect-metadata';
import { EventEmitter } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Logger, pino } from 'pino';
import { LamplighterError, type ServiceStatus, systemClock } from '#core';
import { loadOrCreateSecret } from '#identity';
import { deviceKinds } from '#kinds';
import { ServiceBus } from './bus/service-bus.js';
import { createAlerts } from './create-alerts.js';
import { openAdapters } from './open-adapters.js';
import { type AlertsSettings, settingsOf } from './settings.js';
import { SERVICE } from './status/status-publisher.js';

/** Nothing more is evaluated; the supervisor starts a new process, which goes on from what was saved. */
const EXIT_FAILED = 70;
/** EX_CONFIG of sysexits.h. */
const EXIT_BAD_CONFIGURATION = 78;

async function main(): Promise<void> {
  const settings = settingsOf(process.env);
  const logger = pino({ level: settings.logLevel, base: { service: SERVICE } });
  const onFatal = (error: unknown): void => {
    logger.fatal({ err: error }, 'alerts cannot go on; exiting to start again from what was saved');
    process.exit(EXIT_FAILED);
  };
  const adapters = await openAdapters(settings);
  const statuses = new EventEmitter<{ status: [ServiceStatus] }>();
  const bus = createBus(settings, logger, (status) => statuses.emit('status', status));
  bus.start();
  const alerts = await createAlerts({ adapters, bus, kinds: deviceKinds, clock: systemClock, logger, onFatal });
  statuses.on('status', (status) => alerts.take(status));
  writePidFile(settings.pidFile);
  stopOnSignal(logger, async () => {
    await alerts.close();
    await bus.close();
    await adapters.close();
    rmSync(settings.pidFile, { force: true });
  });
  logger.info('ready');
  process.send?.({ type: 'ready', service: SERVICE });
}

function createBus(settings: AlertsSettings, logger: Logger, onStatus: (status: ServiceStatus) => void): ServiceBus {
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
  return new ServiceBus({ url: settings.mqttUrl, service: SERVICE, key, down, onStatus, logger, random: Math.random });
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

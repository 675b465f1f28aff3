import 'reflect-metadata';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Logger, pino } from 'pino';
import { LamplighterError } from '#core';
import { loadOrCreateSecret } from '#identity';
import type { Journal } from '#journal';
import { openJournal } from '#journal/lmdb';
import type { Registry } from '#registry';
import { openPostgresRegistry } from '#registry/postgres';
import { openSqliteRegistry } from '#registry/sqlite';
import { createBroker, type RunningBroker } from './create-broker.js';
import { type BrokerConfiguration, configurationOf } from './environment.js';

/** The journal is not to be trusted any more; the supervisor starts a new process, which reads what is on disk. */
const EXIT_JOURNAL_FAILED = 70;
/** EX_CONFIG of sysexits.h. */
const EXIT_BAD_CONFIGURATION = 78;

async function main(): Promise<void> {
  const configuration = configurationOf(process.env);
  const logger = pino({ level: configuration.logLevel, base: { service: 'broker' } });
  const journal = await openJournal(configuration.journal.directory, {
    maxBytes: configuration.journal.maxBytes,
    onFatal: (error) => {
      logger.fatal({ reason: error.message }, 'the journal failed; exiting so that it is opened anew');
      process.exit(EXIT_JOURNAL_FAILED);
    },
  });
  const registry = await openRegistry(configuration);
  const broker = await createBroker({
    settings: configuration.settings,
    journal,
    registry,
    secrets: secretsOf(configuration),
    logger,
  });
  writePidFile(configuration.pidFile);
  stopOnSignal({ broker, journal, registry, logger, pidFile: configuration.pidFile });
  logger.info({ ...broker.ports, open: configuration.settings.open }, 'listening');
  process.send?.({ type: 'ready', service: 'broker' });
}

function openRegistry({ registry }: BrokerConfiguration): Promise<Registry> {
  return registry.type === 'postgres'
    ? openPostgresRegistry({ url: registry.url })
    : openSqliteRegistry({ path: registry.path });
}

function secretsOf(configuration: BrokerConfiguration): { pepper: string; serviceKey: string } {
  return {
    pepper: loadOrCreateSecret(configuration.pepperFile, 32),
    serviceKey: configuration.serviceKey ?? loadOrCreateSecret(configuration.serviceKeyFile, 32),
  };
}

function writePidFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${process.pid}\n`, { mode: 0o600 });
}

function stopOnSignal(parts: {
  broker: RunningBroker;
  journal: Journal;
  registry: Registry;
  logger: Logger;
  pidFile: string;
}): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    parts.logger.info({ signal }, 'stopping');
    await parts.broker.close();
    await parts.journal.close();
    await parts.registry.close();
    rmSync(parts.pidFile, { force: true });
    parts.logger.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

main().catch((error: unknown) => {
  const { message } = error as Error;
  process.stderr.write(`${message}\n`);
  process.exit(error instanceof LamplighterError && error.code === 'bad-configuration' ? EXIT_BAD_CONFIGURATION : 1);
});

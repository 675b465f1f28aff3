import { NestFactory } from '@nestjs/core';
import { type Logger, pino } from 'pino';
import { type Clock, LamplighterError, type ServiceStatus, systemClock } from '#core';
import type { Journal } from '#journal';
import type { Registry } from '#registry';
import { Health } from '#service';
import { CredentialDirectory } from './access/credential-directory.js';
import { OpenPolicy } from './access/open-policy.js';
import { RefusedLogins } from './access/refused-logins.js';
import { type BrokerSecrets, RegistryPolicy } from './access/registry-policy.js';
import { RegistryWatch } from './access/registry-watch.js';
import { Broker } from './broker.js';
import { BrokerModule } from './broker.module.js';
import type { BrokerSettings } from './broker-settings.js';
import { isLoopback } from './front/connection-table.js';
import type { Endpoints } from './front/listeners.js';

export interface BrokerOptions {
  readonly settings: BrokerSettings;
  readonly journal: Journal;
  readonly registry: Registry;
  readonly secrets: BrokerSecrets;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** A broker that listens. */
export interface RunningBroker {
  readonly ports: Endpoints;
  status(): ServiceStatus;
  /** Acknowledges what was taken and closes the connections; the journal and the registry stay open. */
  close(): Promise<void>;
}

/**
 * Composes the broker over its ports and starts it.
 *
 * @throws LamplighterError `bad-configuration` for an open broker on anything but loopback
 */
export async function createBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { settings, journal, registry } = options;
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? pino({ level: 'silent' });
  requireLoopbackWhenOpen(settings);
  const directory = new CredentialDirectory(registry, clock);
  const { deviceQuotas } = settings.limits;
  const refusedLogins = new RefusedLogins(registry, clock, logger);
  const policy = settings.open
    ? new OpenPolicy()
    : new RegistryPolicy(registry, directory, options.secrets, clock, deviceQuotas, settings.approvals, refusedLogins);
  const parts = BrokerModule.over({ settings, journal, registry, policy, clock, logger });
  // Without this Nest would end the process of whoever composes a broker wrongly.
  const application = await NestFactory.createApplicationContext(parts, { logger: false, abortOnError: false });
  const broker = application.get(Broker);
  const ports = await broker.start(
    policy instanceof RegistryPolicy
      ? (revised) =>
          new RegistryWatch(
            registry,
            directory,
            policy.users,
            settings.limits.registryPollMs,
            application.get(Health),
            logger,
            revised,
          )
      : null,
  );
  refusedLogins.start();
  return {
    ports,
    status: () => broker.status(),
    close: async () => {
      await broker.stop();
      await refusedLogins.stop();
      await application.close();
    },
  };
}

function requireLoopbackWhenOpen(settings: BrokerSettings): void {
  if (!settings.open || isLoopback(settings.host)) return;
  throw new LamplighterError(
    'bad-configuration',
    `LAMPLIGHTER_MQTT_OPEN lets everybody in without credentials and is only for tests on this machine; LAMPLIGHTER_HOST is '${settings.host}', expected 127.0.0.1 or ::1.`,
  );
}

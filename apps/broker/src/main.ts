import 'reflect-metadata';
import { loadOrCreateSecret } from '#identity';
import { openJournal } from '#journal/lmdb';
import { openRegistry } from '#registry/open';
import { runService, serviceKeyOf } from '#service';
import { createBroker } from './create-broker.js';
import { type BrokerConfiguration, configurationOf } from './environment.js';
import { SERVICE } from './status/broker-status.js';

await runService({
  service: SERVICE,
  settings: configurationOf,
  /** The journal is not to be trusted any more; the new process reads what is on disk. */
  fatal: 'the journal failed; exiting so that it is opened anew',
  start: async (configuration, { logger, onFatal }) => {
    const { settings } = configuration;
    const { directory, maxBytes } = configuration.journal;
    const journal = await openJournal(directory, { maxBytes, onFatal });
    const registry = await openRegistry(configuration.registry);
    const secrets = secretsOf(configuration);
    const broker = await createBroker({ settings, journal, registry, secrets, logger });
    return {
      started: { text: 'listening', facts: { ...broker.ports, open: settings.open } },
      close: async () => {
        await broker.close();
        await journal.close();
        await registry.close();
      },
    };
  },
});

function secretsOf(configuration: BrokerConfiguration): { pepper: string; serviceKey: string } {
  return { pepper: loadOrCreateSecret(configuration.pepperFile, 32), serviceKey: serviceKeyOf(configuration) };
}

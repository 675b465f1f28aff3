import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { systemClock } from '#core';
import { runService, serviceKeyOf, startServiceBus, StatusPublisher } from '#service';
import { SERVICE, settingsOf } from './settings.js';
import { ThingsStackApplications } from './things-stack/things-stack-applications.js';
import { ThingsStackConnector } from './things-stack/things-stack-connector.js';

const PAUSES = { firstMs: 1_000, longestMs: 60_000 };

await runService({
  service: SERVICE,
  settings: settingsOf,
  start: (settings, { logger }) => {
    const bus = startServiceBus(SERVICE, settings, logger);
    const key = serviceKeyOf(settings);
    const connectors = settings.applications.map((application) => {
      const { username } = application;
      return new ThingsStackConnector({
        thingsStack: { ...application, clientId: clientIdOf(key, username) },
        own: {
          url: settings.mqttUrl,
          username: `service:${SERVICE}`,
          clientId: `service:${SERVICE}:downlinks:${username}`,
          key,
        },
        broker: bus,
        pauses: PAUSES,
        random: Math.random,
        logger: logger.child({ application: username }),
      });
    });
    const applications = new ThingsStackApplications(connectors);
    const status = new StatusPublisher({
      service: SERVICE,
      bus,
      report: () => {
        const { trouble } = applications;
        const metrics = applications.metrics();
        return trouble === null ? { state: 'up', metrics } : { state: 'degraded', reason: trouble, metrics };
      },
      clock: systemClock,
    });
    applications.start();
    status.start();
    return Promise.resolve({
      close: async () => {
        status.stop();
        await applications.close();
        await bus.close();
      },
    });
  },
});

/** The session outlives the process, and two installations of one application do not take it from one another. */
function clientIdOf(installation: string, username: string): string {
  const digest = createHash('sha256').update(installation).update('\n').update(username).digest('hex');
  return `lamplighter-${digest.slice(0, 11)}`;
}

import 'reflect-metadata';
import { systemClock } from '#core';
import { deviceKinds } from '#kinds';
import { runService, startServiceBus } from '#service';
import { createAlerts, type RunningAlerts } from './create-alerts.js';
import { openAdapters } from './open-adapters.js';
import { settingsOf } from './settings.js';
import { SERVICE } from './status/alerts-status.js';

await runService({
  service: SERVICE,
  settings: settingsOf,
  fatal: 'alerts cannot go on; exiting to start again from what was saved',
  start: async (settings, { logger, onFatal }) => {
    const adapters = await openAdapters(settings);
    let alerts: RunningAlerts | null = null;
    const bus = startServiceBus(SERVICE, settings, logger, (status) => alerts?.take(status));
    const running = await createAlerts({ adapters, bus, kinds: deviceKinds, clock: systemClock, logger, onFatal });
    alerts = running;
    return {
      close: async () => {
        await running.close();
        await bus.close();
        await adapters.close();
      },
    };
  },
});

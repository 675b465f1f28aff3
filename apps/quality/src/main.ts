import 'reflect-metadata';
import { constants, setPriority } from 'node:os';
import { systemClock } from '#core';
import { kinds } from '#kinds';
import { runService, startServiceBus } from '#service';
import { createQuality } from './create-quality.js';
import { openAdapters } from './open-adapters.js';
import { settingsOf } from './settings.js';
import { SERVICE } from './status/quality-counters.js';

// Judging data gets what processor time the path of readings leaves over.
setPriority(constants.priority.PRIORITY_LOW);

await runService({
  service: SERVICE,
  settings: settingsOf,
  fatal: 'the quality service cannot go on; exiting to start again from what was saved',
  start: async (settings, { logger, onFatal }) => {
    const adapters = await openAdapters(settings);
    const bus = startServiceBus(SERVICE, settings, logger);
    const { assessEveryMs } = settings;
    const quality = await createQuality({ adapters, bus, kinds, assessEveryMs, clock: systemClock, logger, onFatal });
    return {
      close: async () => {
        await quality.close();
        await bus.close();
        await adapters.close();
      },
    };
  },
});

import 'reflect-metadata';
import { systemClock } from '#core';
import { builtInTypes, createTranscoder } from '#device-types';
import { runService, startServiceBus } from '#service';
import { createIngest } from './create-ingest.js';
import { DeviceTypes } from './devices/device-types.js';
import { openAdapters } from './open-adapters.js';
import { settingsOf } from './settings.js';
import { SERVICE } from './status/ingest-status.js';

await runService({
  service: SERVICE,
  settings: settingsOf,
  fatal: 'ingest cannot go on; exiting to start again from what is stored',
  // A batch that is being written may take its time.
  stopWithinMs: 25_000,
  start: async (settings, { logger, onFatal }) => {
    const adapters = await openAdapters(settings, onFatal);
    const transcoder = createTranscoder();
    const bus = startServiceBus(SERVICE, settings, logger);
    const { timePolicy, batchMessages, approvals, deadLetterDays, deviceQuotas } = settings;
    const ingest = await createIngest({
      adapters,
      transcoder,
      deviceTypes: new DeviceTypes(adapters.registry, transcoder, builtInTypes(), logger),
      bus,
      timePolicy,
      batchMessages,
      approvals,
      deadLetterDays,
      deviceQuotas,
      clock: systemClock,
      logger,
      random: Math.random,
      onFatal,
    });
    return {
      close: async () => {
        await ingest.close();
        await bus.close();
        await transcoder.close();
        await adapters.close();
      },
    };
  },
});

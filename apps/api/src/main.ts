import 'reflect-metadata';
import { runService } from '#service';
import { createApi } from './application.js';
import { readApiSettings } from './environment.js';
import { ApiMetrics } from './health/api-metrics.js';
import { openAdapters } from './open-adapters.js';

await runService({
  service: 'api',
  settings: readApiSettings,
  start: async (settings, { logger }) => {
    const metrics = new ApiMetrics();
    const adapters = await openAdapters(settings, logger, () => metrics.forStatus());
    const api = await createApi({ settings, adapters, logger, metrics });
    await api.listen({ host: settings.host, port: settings.port });
    return {
      started: { text: 'listening', facts: { url: await api.getUrl() } },
      close: async () => {
        await api.close();
        await adapters.close();
      },
    };
  },
});

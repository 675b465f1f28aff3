import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostToReach } from '#core';
import type { StandaloneConfiguration } from '../configuration.js';
import { LogWriter } from './log-writer.js';
import { ServiceProcess, type ServiceDefinition } from './service-process.js';

const DIST = fileURLToPath(new URL('../../../..', import.meta.url));
const entryOf = (path: string): string => join(DIST, path);

/** The services in the order in which they start; each may rely on those before it. */
function servicesOf(configuration: StandaloneConfiguration): ServiceDefinition[] {
  const environment = { LAMPLIGHTER_DATA_DIR: configuration.dataDirectory };
  const service = (name: string, stopTimeoutMs: number): ServiceDefinition => ({
    name,
    entry: entryOf(`apps/${name}/src/main.js`),
    environment,
    stopTimeoutMs,
  });
  const services = [
    service('broker', 10_000),
    service('ingest', 30_000),
    service('alerts', 10_000),
    service('api', 10_000),
    service('quality', 10_000),
  ];
  if (configuration.thingsStack) services.push(service('connector', 10_000));
  if (configuration.simulate > 0) {
    const host = hostToReach(configuration.host);
    services.push({
      name: 'simulators',
      entry: entryOf('simulators/src/main.js'),
      environment: {
        ...environment,
        LAMPLIGHTER_SIMULATE: String(configuration.simulate),
        LAMPLIGHTER_API_URL: `http://${host}:${configuration.httpPort}`,
        LAMPLIGHTER_MQTT_URL: `mqtt://${host}:${configuration.mqttPort}`,
      },
      stopTimeoutMs: 5_000,
    });
  }
  return services;
}

/**
 * Stopping goes from the edge inwards: first nothing new comes in (simulators, connector, API, broker), then what was acknowledged is
 * stored (ingest) and evaluated (alerts).
 */
const STOP_ORDER = ['simulators', 'connector', 'api', 'broker', 'ingest', 'quality', 'alerts'];

export class Supervisor {
  private readonly processes: ServiceProcess[];

  constructor(
    configuration: StandaloneConfiguration,
    private readonly print: (line: string) => void,
  ) {
    this.processes = servicesOf(configuration).map(
      (definition) =>
        new ServiceProcess(
          definition,
          new LogWriter(definition.name, join(configuration.dataDirectory, 'logs', `${definition.name}.log`), {
            everything: configuration.logEverything,
            print,
          }),
          (name, reason) => print(`${name} ended (${reason}) and is started again`),
        ),
    );
  }

  async start(): Promise<void> {
    for (const process of this.processes) {
      const startedAt = performance.now();
      await process.start();
      this.print(`${process.definition.name} is ready (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
    }
  }

  async stop(): Promise<void> {
    for (const name of STOP_ORDER) await this.processes.find((process) => process.definition.name === name)?.stop();
  }
}

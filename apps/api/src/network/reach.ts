import type { FastifyRequest } from 'fastify';
import type { ApiSettings } from '../environment.js';

const MQTT_PORT = 1883;

/** Where this platform is, for who is told how to connect to it. */
export interface Reach {
  /** `https://lamps.example`, without a slash at the end. */
  readonly url: string;
  readonly mqttHost: string;
  readonly mqttPort: number;
}

/** As the caller reached this API; the broker is on the same host for who connects to it. */
export function reachOf(request: FastifyRequest, { mqttUrl }: Pick<ApiSettings, 'mqttUrl'>): Reach {
  const { port } = new URL(mqttUrl);
  return {
    url: `${request.protocol}://${request.host}`,
    mqttHost: request.hostname,
    mqttPort: port === '' ? MQTT_PORT : Number(port),
  };
}

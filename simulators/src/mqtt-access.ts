/** What a device needs to connect, as `POST /v1/devices` gives it once. */
export interface MqttAccess {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  /** Telemetry topic. */
  readonly topic: string;
}

export function isMqttAccess(value: unknown): value is MqttAccess {
  if (typeof value !== 'object' || value === null) return false;
  const { clientId, username, password, topic } = value as Record<string, unknown>;
  return [clientId, username, password, topic].every((part) => typeof part === 'string' && part !== '');
}

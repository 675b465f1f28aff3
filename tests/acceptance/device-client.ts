import { connectAsync, type MqttClient } from 'mqtt';
import { PATIENCE_MS } from '#core/testing';
import type { Platform } from './platform.js';

export interface MqttAccess {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly topic: string;
}

/** Somewhere in Kwun Tong. */
export const PLACE = { latitude: 22.315157, longitude: 114.224991 };

export async function registerLamppost(platform: Platform, id: string): Promise<MqttAccess> {
  const answer = await platform.request('POST', '/v1/devices', {
    id,
    kind: 'smart-lamppost',
    department: 'hyd',
    ...PLACE,
  });
  if (answer.status !== 201) throw new Error(`registration answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body.mqtt as MqttAccess;
}

export function connectDevice(platform: Platform, access: MqttAccess): Promise<MqttClient> {
  const { clientId, username, password } = access;
  return connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
    clientId,
    username,
    password,
    reconnectPeriod: 0,
    connectTimeout: PATIENCE_MS,
  });
}

export async function publish(client: MqttClient, topic: string, payload: unknown): Promise<void> {
  await client.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1 });
}

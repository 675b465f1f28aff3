import { deviceTopic } from '#core';
import type { DeviceIdentity } from '#core';
import type { Device } from '#registry';
import { isoTime } from '../http/parameters.js';
import type { DeviceDto, MqttAccessDto } from './device.dto.js';

export function viewOfDevice(device: Device): DeviceDto {
  const { id, kind, department, district, latitude, longitude, name, tags, intervalMs, enabled, devEui, deviceType } =
    device;
  return {
    id,
    kind,
    department,
    district,
    latitude,
    longitude,
    name,
    tags,
    intervalMs,
    enabled,
    devEui,
    deviceType,
    quota: device.quota,
    isolation: device.isolation === null ? null : { ...device.isolation, at: isoTime(device.isolation.at) },
    createdAt: isoTime(device.createdAt),
    updatedAt: isoTime(device.updatedAt),
  };
}

/** What a device needs to connect; the key is not kept in this form. */
export function mqttAccess(device: Pick<DeviceIdentity, 'id' | 'kind' | 'department'>, key: string): MqttAccessDto {
  return {
    clientId: device.id,
    username: device.id,
    password: key,
    topic: deviceTopic({ department: device.department, kind: device.kind, device: device.id }, 'telemetry'),
  };
}

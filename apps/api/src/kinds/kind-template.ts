import { deviceTopic } from '#core';
import type { Kind } from '#kinds';
import type { KindTemplateDto } from './kinds.dto.js';

/** Noon of a plain day in Hong Kong. */
const NOON = Date.UTC(2026, 3, 1, 4);
const WEATHER = { temperature: 24, humidity: 70, windSpeed: 3, windDirection: 90, rainRate: 0, pressure: 1012 };
const PLACE = { latitude: 22.2819, longitude: 114.1589 };
const HEADER = ['id', 'kind', 'department', 'latitude', 'longitude', 'name', 'intervalMs', 'tags', 'devEui', 'deviceType', 'template', 'quota']; // prettier-ignore

/** What somebody needs who is about to connect the first device of a kind; the same at every call. */
export function templateOf(kind: Kind): KindTemplateDto {
  const { name, department, intervalMs } = kind;
  const id = `${name}-001`;
  const topic = deviceTopic({ department, kind: name, device: id }, 'telemetry');
  const payload = { ts: NOON, seq: 1, boot: 'a1', values: exampleValues(kind) };
  const row = [
    id,
    name,
    department,
    PLACE.latitude,
    PLACE.longitude,
    `${kind.titles.en} 1`,
    intervalMs,
    '',
    '',
    '',
    '',
    '',
  ];
  return {
    kind: name,
    department,
    intervalMs,
    csvHeader: HEADER.join(','),
    csvRow: row.join(','),
    payload,
    topic,
    mosquittoPub: `mosquitto_pub -q 1 -i '${id}' -u '${id}' -P '<key>' -t '${topic}' -m '${JSON.stringify({ values: payload.values })}'`,
  };
}

/** The kind's own simulation of a device on which nothing happens. */
function exampleValues(kind: Kind): Record<string, number | boolean | string> {
  const values = kind.simulate({
    time: NOON,
    hour: 12,
    ...PLACE,
    random: () => 0.5,
    gaussian: () => 0,
    weather: WEATHER,
    memory: new Map(),
  });
  const sent = new Set(kind.metrics.filter(({ derived }) => derived !== true).map((metric) => metric.name));
  return Object.fromEntries(Object.entries(values).filter(([metric]) => sent.has(metric)));
}

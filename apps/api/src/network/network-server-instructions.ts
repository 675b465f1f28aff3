import { chirpStackPrefix } from '#core';
import { namedApplications, type NetworkServer } from '#registry';
import type { Reach } from './reach.js';
import { topicsOwner } from './uplink-topic.js';

/** What to set up at the network server, with its key filled in. The guide `docs/guides/lorawan.md` says more. */
export function instructionsFor(server: NetworkServer, key: string, reach: Reach): string[] {
  switch (server.type) {
    case 'chirpstack':
      return chirpStack(server, key, reach);
    case 'things-stack':
      return thingsStack(server, key, reach);
    case 'http':
      return http(server, key, reach);
  }
}

function chirpStack(server: NetworkServer, key: string, { url, mqttHost, mqttPort }: Reach): string[] {
  const { id } = server;
  const root = `${chirpStackPrefix(topicsOwner(server))}application/{{application_id}}/device/{{dev_eui}}`;
  return [
    'In chirpstack.toml, then restart ChirpStack:',
    '',
    '[integration]',
    '  enabled=["mqtt"]',
    '  [integration.mqtt]',
    `    server="tcp://${mqttHost}:${mqttPort}/"`,
    `    client_id="${id}"`,
    `    username="${id}"`,
    `    password="${key}"`,
    '    qos=1',
    '    clean_session=false',
    '    json=true',
    `    event_topic="${root}/event/{{event}}"`,
    `    command_topic="${root}/command/{{command}}"`,
    '',
    'Or without MQTT, uplinks only, as an HTTP integration of the application with payload encoding JSON:',
    '',
    `  Event endpoint URL: ${url}/v1/network/chirpstack/${id}`,
    `  Header: Authorization: Bearer ${key}`,
  ];
}

function thingsStack(server: NetworkServer, key: string, { url }: Reach): string[] {
  const { id } = server;
  const applications = namedApplications(server);
  return [
    `A custom webhook of the application ${applications.join(', ')}:`,
    '',
    '  Webhook format: JSON',
    `  Base URL: ${url}/v1/network/things-stack/${id}`,
    `  Additional header: Authorization: Bearer ${key}`,
    '  Enabled event types: all; their paths may be left empty',
    '',
    'Or over MQTT, without a webhook, by the connector of this platform:',
    '',
    '  LAMPLIGHTER_THINGS_STACK_URL=mqtts://eu1.cloud.thethings.network:8883',
    `  LAMPLIGHTER_THINGS_STACK_USERNAME=${applications.join(',')}`,
    `  LAMPLIGHTER_THINGS_STACK_KEY_FILE=${applications.map((each) => `<file with an API key of ${each}>`).join(',')}`,
  ];
}

function http(server: NetworkServer, key: string, { url }: Reach): string[] {
  const { id } = server;
  const applications = namedApplications(server);
  const body = '{"devEui":"0016c001f000175a","fPort":1,"data":"AQID"}';
  const query = applications.length > 1 ? `?application=${applications[0]}` : '';
  return [
    'For each uplink:',
    '',
    `curl -u '${id}:${key}' -H 'content-type: application/json' --data '${body}' '${url}/v1/uplinks${query}'`,
  ];
}

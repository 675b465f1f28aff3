import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { localHost, readConfiguration } from '../configuration.js';
import { ApiClient } from './api-client.js';

interface MqttAccess {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly topic: string;
}

interface DeviceAnswer {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  readonly district: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly name: string;
  readonly mqtt?: MqttAccess;
}

interface ImportAnswer {
  readonly rows: number;
  readonly created?: number;
  readonly valid: number;
  readonly faults: readonly { row: number; column: string; detail: string; actual?: string }[];
  /** The registered devices with their keys, which no later answer shows. */
  readonly devices?: readonly DeviceAnswer[];
}

export function deviceCommand(): Command {
  const command = new Command('device').description('register devices and their keys');
  command
    .command('add <id>')
    .description('register a device; prints its MQTT credentials, once')
    .requiredOption('--kind <kind>', 'one of GET /v1/kinds')
    .requiredOption('--department <department>', 'department that owns it')
    .requiredOption('--latitude <degrees>', 'WGS 84', Number)
    .requiredOption('--longitude <degrees>', 'WGS 84', Number)
    .option('--name <name>')
    .action(
      async (
        id: string,
        options: { kind: string; department: string; latitude: number; longitude: number; name?: string },
      ) => {
        showAccess(
          await ApiClient.fromEnvironment(process.env).json<DeviceAnswer>('POST', '/v1/devices', { id, ...options }),
        );
      },
    );
  command
    .command('rotate-key <id>')
    .description('give a device a new key; the old one stops working at once')
    .action(async (id: string) => {
      showAccess(
        await ApiClient.fromEnvironment(process.env).json<DeviceAnswer>(
          'POST',
          `/v1/devices/${encodeURIComponent(id)}/rotate-key`,
        ),
      );
    });
  command
    .command('list')
    .description('devices, one a line')
    .option('--kind <kind>')
    .option('--department <department>')
    .option('--district <code>')
    .action(async (options: Record<string, string>) => {
      for await (const device of allDevices(ApiClient.fromEnvironment(process.env), options)) {
        console.log(
          [
            device.id,
            device.kind,
            device.department,
            device.district,
            device.latitude,
            device.longitude,
            device.name,
          ].join('\t'),
        );
      }
    });
  command
    .command('import <file>')
    .description('register the devices of a CSV file (columns id, kind, department, latitude, longitude, name, tags)')
    .option('--dry-run', 'only check, and list every bad row')
    .option('--keys <file>', 'write the keys of the new devices to this file (mode 0600) instead of showing them')
    .action(async (file: string, options: { dryRun?: boolean; keys?: string }) => {
      const query = options.dryRun ? '?dryRun=true' : '';
      const answer = await ApiClient.fromEnvironment(process.env).json<ImportAnswer>(
        'POST',
        `/v1/devices/import${query}`,
        readFileSync(file, 'utf8'),
        'text/csv',
      );
      for (const fault of answer.faults)
        console.log(
          `row ${fault.row}, ${fault.column}: ${fault.detail}${fault.actual === undefined ? '' : ` (got '${fault.actual}')`}`,
        );
      console.log(
        `${answer.rows} rows, ${answer.valid} good, ${answer.faults.length} faults, ${answer.created ?? 0} registered`,
      );
      keepKeys(answer.devices ?? [], options.keys);
    });
  return command;
}

async function* allDevices(api: ApiClient, filter: Record<string, string>): AsyncGenerator<DeviceAnswer> {
  let next: string | null = null;
  do {
    const query = new URLSearchParams({ ...filter, limit: '1000', ...(next === null ? {} : { after: next }) });
    const page: { devices: DeviceAnswer[]; next: string | null } = await api.json('GET', `/v1/devices?${query}`);
    yield* page.devices;
    next = page.next;
  } while (next !== null);
}

function keepKeys(devices: readonly DeviceAnswer[], file: string | undefined): void {
  const rows = devices.flatMap(({ mqtt }) =>
    mqtt ? [[mqtt.clientId, mqtt.username, mqtt.password, mqtt.topic].join(',')] : [],
  );
  if (rows.length === 0) return;
  const text = ['clientId,username,password,topic', ...rows].join('\n');
  if (file === undefined) console.log(text);
  else writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
}

function showAccess(device: DeviceAnswer): void {
  console.log(JSON.stringify(device, null, 2));
  if (!device.mqtt) return;
  const { host, mqttPort } = readConfiguration(process.env);
  const { clientId, username, password, topic } = device.mqtt;
  const payload = `'{"values":{}}'`;
  console.log(
    `\nThe password is shown only now. To publish:\n  mosquitto_pub -h ${localHost(host)} -p ${mqttPort} -q 1 -i '${clientId}' -u '${username}' -P '${password}' -t '${topic}' -m ${payload}`,
  );
}

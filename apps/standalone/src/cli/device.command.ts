import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { localHost, readConfiguration } from '../configuration.js';
import { ApiClient } from './api-client.js';
import { duration, number } from './argument-parsers.js';
import { importDevices } from './import-job.js';

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
  readonly tags: Readonly<Record<string, string>>;
  readonly mqtt?: MqttAccess;
}

export function deviceCommand(outcome: { exitCode: number }): Command {
  const command = new Command('device').description('register devices and their keys');
  describing(command.command('add <id>'))
    .description('register a device; prints its MQTT credentials, once')
    .option('--kind <kind>', 'one of GET /v1/kinds; needed without a template')
    .option('--template <template>', 'what it has in common with others: GET /v1/templates')
    .action(
      async (id: string, { kind, template, ...options }: DeviceOptions & { kind?: string; template?: string }) => {
        if (kind === undefined && template === undefined)
          throw new InvalidArgumentError('Name the kind of the device (--kind, one of GET /v1/kinds), or a template.');
        const device = { id, kind, template, ...fieldsOf(options) };
        showAccess(await ApiClient.fromEnvironment(process.env).json<DeviceAnswer>('POST', '/v1/devices', device));
      },
    );
  describing(command.command('set <id>'))
    .description('change a device; what is not named stays')
    .action(async (id: string, options: DeviceOptions) => {
      const api = ApiClient.fromEnvironment(process.env);
      const path = `/v1/devices/${encodeURIComponent(id)}`;
      // The API takes the tags as a whole; who names one here means that one.
      const { tags } = options.tag === undefined ? {} : await api.json<DeviceAnswer>('GET', path);
      const tag =
        options.tag &&
        Object.fromEntries(Object.entries({ ...tags, ...options.tag }).filter(([, text]) => text !== ''));
      show(await api.json('PATCH', path, fieldsOf({ ...options, ...(tag && { tag }) })));
    });
  command
    .command('show <id>')
    .description('one device, with the state of its key')
    .action(async (id: string) => {
      show(await ApiClient.fromEnvironment(process.env).json('GET', `/v1/devices/${encodeURIComponent(id)}`));
    });
  command
    .command('remove <id>')
    .description('remove a device and revoke its key; its history stays')
    .action(async (id: string) => {
      await ApiClient.fromEnvironment(process.env).remove(`/v1/devices/${encodeURIComponent(id)}`);
      console.log(`${id} is removed.`);
    });
  command
    .command('rotate-key <id>')
    .description('give a device a new key; the old one stops working at once')
    .option('--grace <duration>', 'for so long the old key works as well, such as PT24H')
    .action(async (id: string, { grace }: { grace?: string }) => {
      const query = grace === undefined ? '' : `?grace=${encodeURIComponent(grace)}`;
      const path = `/v1/devices/${encodeURIComponent(id)}/rotate-key${query}`;
      showAccess(await ApiClient.fromEnvironment(process.env).json<DeviceAnswer>('POST', path));
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
    .description('register the devices of a CSV file (columns as in `device template`)')
    .option('--dry-run', 'only check, and list every bad row')
    .option('--keys <file>', 'write the keys of the new devices to this file (mode 0600) instead of showing them')
    .action(async (file: string, options: { dryRun?: boolean; keys?: string }) => {
      const csv = readFileSync(file, 'utf8');
      outcome.exitCode = await importDevices(ApiClient.fromEnvironment(process.env), csv, options);
    });
  addAccessCommands(command);
  return command;
}

interface DeviceOptions {
  readonly department?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly name?: string;
  readonly interval?: number;
  readonly devEui?: string;
  readonly type?: string;
  readonly tag?: Record<string, string>;
}

/** What can be said of a device when it is registered, and changed later. */
function describing(command: Command): Command {
  return command
    .option('--department <department>', 'department that owns it')
    .option('--latitude <degrees>', 'WGS 84', number)
    .option('--longitude <degrees>', 'WGS 84', number)
    .option('--name <name>')
    .option(
      '--interval <time>',
      'expected distance of readings, such as 60s, where it differs from that of its kind',
      duration,
    )
    .option('--dev-eui <hex>', 'LoRaWAN DevEUI, by which network servers name it')
    .option('--type <device-type>', 'device type that decodes its raw payloads: GET /v1/device-types')
    .option('--tag <name=value>', 'a tag; as often as there are tags, without a value to remove it', tag);
}

function fieldsOf({ interval, type, tag: tags, ...same }: DeviceOptions): object {
  return { ...same, intervalMs: interval, deviceType: type, tags };
}

function tag(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('A tag is written name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
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

function addAccessCommands(command: Command): void {
  const api = (): ApiClient => ApiClient.fromEnvironment(process.env);
  const path = (id: string, rest: string): string => `/v1/devices/${encodeURIComponent(id)}/${rest}`;
  command
    .command('revoke-key <id>')
    .description('revoke the key of a device; it stays registered and cannot connect')
    .action(async (id: string) => show(await api().json('POST', path(id, 'revoke-key'))));
  command
    .command('isolate <id>')
    .description('close the connection of a device and refuse its messages')
    .requiredOption('--reason <text>', 'shown with the device')
    .action(async (id: string, { reason }: { reason: string }) => {
      show(await api().json('POST', path(id, 'isolate'), { reason }));
    });
  command
    .command('release <id>')
    .description('let an isolated device connect again')
    .action(async (id: string) => show(await api().json('POST', path(id, 'release'))));
  command
    .command('quota <id>')
    .description('how much a device may send, and how much it has sent')
    .action(async (id: string) => show(await api().json('GET', path(id, 'quota'))));
  command
    .command('template <kind>')
    .description('what to start a device of a kind with: CSV, payload and mosquitto_pub line')
    .option('--csv <file>', 'write the header and the example row to this file')
    .action(async (kind: string, { csv }: { csv?: string }) => {
      const template = await api().json<{ csvHeader: string; csvRow: string; payload: object; mosquittoPub: string }>(
        'GET',
        `/v1/kinds/${encodeURIComponent(kind)}/template`,
      );
      const table = `${template.csvHeader}\n${template.csvRow}\n`;
      if (csv === undefined) console.log(table);
      else writeFileSync(csv, table, { flag: 'wx' });
      console.log(`${JSON.stringify(template.payload)}\n\n${template.mosquittoPub}`);
    });
}

function show(answer: unknown): void {
  console.log(JSON.stringify(answer, null, 2));
}

function showAccess(device: DeviceAnswer): void {
  show(device);
  if (!device.mqtt) return;
  const { host, mqttPort } = readConfiguration(process.env);
  const { clientId, username, password, topic } = device.mqtt;
  const payload = `'{"values":{}}'`;
  console.log(
    `\nThe password is shown only now. To publish:\n  mosquitto_pub -h ${localHost(host)} -p ${mqttPort} -q 1 -i '${clientId}' -u '${username}' -P '${password}' -t '${topic}' -m ${payload}`,
  );
}

import { Command, InvalidArgumentError } from 'commander';
import { replayCsv, type MqttAccess } from '../../../../simulators/src/replay.js';
import { localHost, readConfiguration } from '../configuration.js';
import { ApiClient } from './api-client.js';
import { address, number } from './argument-parsers.js';

const HOUR_MS = 3_600_000;
const PROGRESS_EVERY_MS = 1_000;

interface ReplayOptions {
  readonly format: 'native' | 'epd-hourly';
  readonly device?: string;
  readonly speed?: number;
  readonly shiftHours?: number;
  readonly rotateKeys?: boolean;
  readonly password?: string;
  readonly mqttUrl?: string;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('publish a recording over MQTT as the devices that made it')
    .argument(
      '<file>',
      'CSV: time, device, one column a metric; or the hourly format of the Environmental Protection Department',
    )
    .option('--format <format>', 'native or epd-hourly', format, 'native')
    .option('--device <id>', 'replay everything as this device')
    .option('--speed <factor>', 'recorded time over real time; max, unless given, does not wait', speed)
    .option('--shift-hours <hours>', 'added to every time, so that an old recording passes the time policy', number)
    .option('--password <key>', 'MQTT key of --device')
    .option('--rotate-keys', 'without a key: give each device of the recording a new one; its old key stops working')
    .option('--mqtt-url <url>', 'broker; the local one when not given', address)
    .action(async (file: string, options: ReplayOptions, command: Command) => {
      if (options.password === undefined && !options.rotateKeys)
        command.error('a device publishes with its own key: give --password, or --rotate-keys to make new ones');
      if (options.format === 'epd-hourly' && options.device === undefined)
        command.error('the format epd-hourly names no device: give --device');
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort(new Error('interrupted')));
      const { host, mqttPort } = readConfiguration(process.env);
      const api = ApiClient.fromEnvironment(process.env);
      let shownAt = 0;
      const result = await replayCsv({
        file,
        format: options.format,
        ...(options.device === undefined ? {} : { device: options.device }),
        mqttUrl: options.mqttUrl ?? `mqtt://${localHost(host)}:${mqttPort}`,
        speed: options.speed ?? Infinity,
        shiftMs: (options.shiftHours ?? 0) * HOUR_MS,
        signal: stop.signal,
        access: (device) => accessOf(api, device, options),
        onProgress(replayed, reading) {
          if (performance.now() - shownAt < PROGRESS_EVERY_MS) return;
          shownAt = performance.now();
          process.stderr.write(`\r${replayed} readings, at ${new Date(reading.time).toISOString()}`);
        },
      });
      process.stderr.write('\r');
      console.log(`${result.readings} readings of ${result.devices} devices, each acknowledged`);
    });
}

async function accessOf(api: ApiClient, device: string, options: ReplayOptions): Promise<MqttAccess> {
  const path = `/v1/devices/${encodeURIComponent(device)}`;
  if (options.rotateKeys) return (await api.json<{ mqtt: MqttAccess }>('POST', `${path}/rotate-key`)).mqtt;
  const { department, kind } = await api.json<{ department: string; kind: string }>('GET', path);
  return {
    clientId: device,
    username: device,
    password: options.password!,
    topic: `city/${department}/${kind}/${device}/telemetry`,
  };
}

function format(text: string): string {
  if (text === 'native' || text === 'epd-hourly') return text;
  throw new InvalidArgumentError('choose native or epd-hourly');
}

function speed(text: string): number {
  const factor = text === 'max' ? Infinity : Number(text);
  if (factor > 0) return factor;
  throw new InvalidArgumentError('a number above 0, or max');
}

import { Command } from 'commander';
import { ApiClient } from './api-client.js';
import { number } from './argument-parsers.js';
import { followReplay, type Replay } from './follow-replay.js';

interface Sighting {
  readonly id: string;
  readonly source: string;
  readonly application: string | null;
  readonly name: string | null;
  readonly profile: string | null;
  readonly lastSeen: string;
  readonly messages: number;
  readonly logins: number;
}

interface AdoptOptions {
  readonly kind: string;
  readonly department: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly id?: string;
  readonly name?: string;
  readonly type?: string;
}

interface Adopted {
  readonly device: { readonly id: string; readonly mqtt: Readonly<Record<string, string>> };
  readonly replay: Replay;
}

export function sightingsCommand(): Command {
  const command = new Command('sightings').description(
    'devices that send or try to log in, and that nobody has registered',
  );
  command
    .command('list')
    .description('one a line: id, messages, last seen, source, application, name, type, refused log-ins')
    .option('--all', 'those that were adopted or ignored as well')
    .action(async ({ all }: { all?: boolean }) => {
      const path = `/v1/sightings?limit=1000${all === true ? '&open=false' : ''}`;
      const { sightings } = await api().json<{ sightings: Sighting[] }>('GET', path);
      for (const { id, messages, lastSeen, source, application, name, profile, logins } of sightings)
        console.log(
          [id, messages, lastSeen, source, application ?? '-', name ?? '-', profile ?? '-', logins].join('\t'),
        );
    });
  command
    .command('adopt <id>')
    .description('register the device and replay what was kept of it; prints its MQTT credentials, once')
    .requiredOption('--kind <kind>')
    .requiredOption('--department <department>')
    .requiredOption('--latitude <degrees>', 'WGS 84', number)
    .requiredOption('--longitude <degrees>', 'WGS 84', number)
    .option('--id <id>', 'id of the device; what it calls itself when not given')
    .option('--name <name>')
    .option('--type <type>', 'device type, which decodes its raw payloads')
    .action(async (id: string, { type, ...given }: AdoptOptions) => {
      const body = { ...given, ...(type === undefined ? {} : { deviceType: type }) };
      const { device, replay } = await api().json<Adopted>('POST', `${pathOf(id)}/adopt`, body);
      console.log(`registered ${device.id}`);
      for (const [name, value] of Object.entries(device.mqtt)) console.log(`${name}\t${value}`);
      await followReplay(api(), replay);
    });
  command
    .command('ignore <id>')
    .description('show it no more')
    .action(async (id: string) => {
      await api().json('POST', `${pathOf(id)}/ignore`);
      console.log(`ignored ${id}`);
    });
  return command;
}

const pathOf = (id: string): string => `/v1/sightings/${encodeURIComponent(id)}`;

function api(): ApiClient {
  return ApiClient.fromEnvironment(process.env);
}

import { Command, Option } from 'commander';
import { ApiClient } from './api-client.js';

interface NetworkServerAnswer {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly applications: readonly string[] | null;
  readonly downlink: { readonly url: string } | null;
  readonly active: boolean;
  readonly key?: string;
  readonly instructions?: readonly string[];
}

interface ChangeOptions {
  readonly name?: string;
  readonly application?: readonly string[];
  readonly downlinkUrl?: string;
  readonly allowPrivate?: boolean;
}

type AddOptions = ChangeOptions & { readonly type: string };

/** The API key of the downlink address comes from the environment: arguments are visible to every user of a machine. */
const DOWNLINK_KEY = 'LAMPLIGHTER_DOWNLINK_KEY';

export function networkServerCommand(): Command {
  const command = new Command('network-server').description('connect LoRaWAN network servers');
  describing(command.command('add <id>'))
    .description('connect a network server; prints its key and what to set up there, once')
    .addOption(
      new Option('--type <type>', 'what it is').choices(['chirpstack', 'things-stack', 'http']).makeOptionMandatory(),
    )
    .action(async (id: string, options: AddOptions) => {
      const body = { id, type: options.type, ...changesOf(options) };
      showKey(await api().json<NetworkServerAnswer>('POST', '/v1/network-servers', body));
    });
  describing(command.command('set <id>'))
    .description('change a network server; what is not named stays')
    .action(async (id: string, options: ChangeOptions) => {
      const path = `/v1/network-servers/${encodeURIComponent(id)}`;
      console.log(JSON.stringify(await api().json('PATCH', path, changesOf(options)), null, 2));
    });
  command
    .command('list')
    .description('network servers, one a line: id, type, applications, state, name')
    .action(async () => {
      const { networkServers } = await api().json<{ networkServers: NetworkServerAnswer[] }>(
        'GET',
        '/v1/network-servers',
      );
      for (const { id, type, applications, active, name } of networkServers)
        console.log([id, type, applications?.join(',') ?? '*', active ? 'active' : 'revoked', name].join('\t'));
    });
  command
    .command('rotate <id>')
    .description('give a network server a new key; the old one stops working at once')
    .action(async (id: string) => {
      const path = `/v1/network-servers/${encodeURIComponent(id)}/rotate-key`;
      showKey(await api().json<NetworkServerAnswer>('POST', path));
    });
  command
    .command('remove <id>')
    .description('remove a network server and its key; what it brought stays')
    .action(async (id: string) => {
      await api().remove(`/v1/network-servers/${encodeURIComponent(id)}`);
      console.log(`${id} is removed.`);
    });
  return command;
}

const api = (): ApiClient => ApiClient.fromEnvironment(process.env);

/** What can be said of a network server when it is added, and changed later. */
function describing(command: Command): Command {
  return command
    .option('--name <name>')
    .option('--application <id...>', 'applications that it brings; of The Things Stack application@tenant')
    .option('--downlink-url <url>', `where downlinks go without MQTT; ${DOWNLINK_KEY} holds its API key`)
    .option('--allow-private', 'that address may be on a private network');
}

function changesOf({ name, application, downlinkUrl, allowPrivate }: ChangeOptions): object {
  const key = process.env[DOWNLINK_KEY];
  return {
    ...(name === undefined ? {} : { name }),
    ...(application === undefined ? {} : { applications: application }),
    ...(downlinkUrl === undefined
      ? {}
      : {
          downlink: {
            url: downlinkUrl,
            ...(key === undefined || key === '' ? {} : { key }),
            ...(allowPrivate === true ? { allowPrivate } : {}),
          },
        }),
  };
}

function showKey({ instructions = [], key, ...server }: NetworkServerAnswer): void {
  console.log(JSON.stringify(server, null, 2));
  console.log(`\nThe key is shown only now: ${key ?? ''}\n`);
  for (const line of instructions) console.log(line);
}

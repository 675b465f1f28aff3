import { Command } from 'commander';
import { ApiClient } from './api-client.js';
import { followReplay, progressOf, type Replay, troubleOf } from './follow-replay.js';

interface Letter {
  readonly id: string;
  readonly code: string;
  readonly receivedAt: string;
  readonly source: string;
  readonly device: string | null;
  readonly rejections: readonly { readonly pointer: string; readonly detail: string }[];
  readonly resolution: { readonly outcome: string } | null;
}

interface Group {
  readonly key: Readonly<Record<string, string | null>>;
  readonly letters: number;
  readonly open: number;
  readonly lastReceivedAt: string;
  readonly example: string;
}

type Filter = Partial<Record<'code' | 'device' | 'kind' | 'without' | 'source' | 'topic' | 'from' | 'to', string>>;

export function deadLettersCommand(): Command {
  const command = new Command('dead-letters').description('messages that could not be stored, and their replay');
  filtered(command.command('list'))
    .description('open letters, newest first, one a line: id, receipt, code, device or source, reason')
    .option('--all', 'those that a replay has resolved as well')
    .option('--limit <number>', 'letters at most', '100')
    .action(async ({ all, limit, ...filter }: Filter & { all?: boolean; limit: string }) => {
      const query = queryOf({ ...filter, limit, ...(all === true ? {} : { open: 'true' }) });
      const { deadLetters } = await api().json<{ deadLetters: Letter[] }>('GET', `/v1/dead-letters?${query}`);
      for (const letter of deadLetters) console.log(lineOf(letter));
    });
  filtered(command.command('groups'))
    .description('open letters by what they have in common, one group a line: letters, newest, example, key')
    .option('--by <names>', 'code, device, kind, source or topic, separated by commas', 'code')
    .option('--limit <number>', 'groups at most, the largest first', '100')
    .action(async (asked: Filter & { by: string; limit: string }) => {
      const query = queryOf({ ...asked, open: 'true' });
      const { groups } = await api().json<{ groups: Group[] }>('GET', `/v1/dead-letters/groups?${query}`);
      for (const { key, open, lastReceivedAt, example } of groups)
        console.log([open, lastReceivedAt, example, ...Object.values(key).map((value) => value ?? '-')].join('\t'));
    });
  filtered(command.command('replay'))
    .description('judge open letters again by what is true now, and follow it to its end')
    .option('--all', 'all of them, when nothing else is said')
    .option('--detach', 'print the id of the replay instead of following it')
    .action(async ({ detach, ...asked }: Filter & { all?: boolean; detach?: boolean }) => {
      const replay = await api().json<Replay>('POST', '/v1/dead-letters/replay', asked);
      if (detach === true) console.log(replay.id);
      else await followReplay(api(), replay);
    });
  command
    .command('replays')
    .description('replays, newest first, one a line: id, start, by whom, progress, trouble')
    .option('--limit <number>', 'replays at most', '20')
    .action(async ({ limit }: { limit: string }) => {
      const query = queryOf({ limit });
      const { replays } = await api().json<{ replays: Replay[] }>('GET', `/v1/dead-letters/replays?${query}`);
      for (const replay of replays)
        console.log(
          [replay.id, replay.createdAt, replay.createdBy, progressOf(replay), troubleOf(replay)].join('\t').trim(),
        );
    });
  command
    .command('retry <replay>')
    .description('go on with a replay that failed, where it was, and follow it to its end')
    .action(async (id: string) => {
      const path = `/v1/dead-letters/replays/${encodeURIComponent(id)}/retry`;
      await followReplay(api(), await api().json<Replay>('POST', path));
    });
  return command;
}

function filtered(command: Command): Command {
  return command
    .option('--code <code>', 'of the first rejection, such as unknown-device')
    .option('--device <id>', 'a device, or what an unregistered one calls itself')
    .option('--kind <kind>')
    .option('--without <names>', 'of no known device or kind (device, kind): what groups show as -')
    .option('--source <id>', 'who published: a device, a gateway, a network server')
    .option('--topic <topic>')
    .option('--from <time>', 'received at or after; ISO 8601 or milliseconds')
    .option('--to <time>', 'received before');
}

function queryOf(filter: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  return query;
}

function lineOf({ id, receivedAt, code, device, source, rejections, resolution }: Letter): string {
  const [first] = rejections;
  const reason = `${first?.pointer ?? ''} ${first?.detail ?? ''}`.trim();
  return [id, receivedAt, code, device ?? source, ...(resolution === null ? [] : [resolution.outcome]), reason].join(
    '\t',
  );
}

function api(): ApiClient {
  return ApiClient.fromEnvironment(process.env);
}

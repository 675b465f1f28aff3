import { Command } from 'commander';
import { ApiClient } from './api-client.js';

interface ReadingEvent {
  readonly device: string;
  readonly kind: string;
  readonly time: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface AlarmEvent {
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly alarm: {
    readonly severity: string;
    readonly device: string;
    readonly titles: { readonly en: string };
    readonly value: number | null;
  };
}

interface DeadLetterAnswer {
  readonly id: string;
  readonly receivedAt: string;
  readonly source: string;
  readonly rejections: readonly { code: string; pointer: string; detail: string }[];
}

const STREAMS = ['readings', 'alarms', 'dead-letters'] as const;
type Stream = (typeof STREAMS)[number];
const DEAD_LETTER_POLL_MS = 1_000;

export function tailCommand(): Command {
  return new Command('tail')
    .description(`watch what happens, live: ${STREAMS.join(', ')} (all of them when none is named)`)
    .argument('[streams...]')
    .option('--kind <kind>', 'readings of one kind')
    .option('--device <id>', 'one device')
    .action(async (named: string[], options: { kind?: string; device?: string }, command: Command) => {
      const unknown = named.filter((name) => !(STREAMS as readonly string[]).includes(name));
      if (unknown.length > 0) command.error(`unknown stream ${unknown.join(', ')}; choose from ${STREAMS.join(', ')}`);
      const wanted = new Set((named.length > 0 ? named : STREAMS) as Stream[]);
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      process.once('SIGTERM', () => stop.abort());
      const api = ApiClient.fromEnvironment(process.env);
      const filter = new URLSearchParams(Object.entries(options)).toString();
      await Promise.all([
        wanted.has('readings') ? tailReadings(api, filter, stop.signal) : null,
        wanted.has('alarms') ? tailAlarms(api, options.device, stop.signal) : null,
        wanted.has('dead-letters') ? tailDeadLetters(api, options.device, stop.signal) : null,
      ]);
    });
}

async function tailReadings(api: ApiClient, filter: string, signal: AbortSignal): Promise<void> {
  for await (const event of api.events(`/v1/stream?${filter}`, signal)) {
    const { time, device, values } = event.data as ReadingEvent;
    console.log(
      `${time} reading ${device} ${Object.entries(values)
        .map(([metric, value]) => `${metric}=${value}`)
        .join(' ')}`,
    );
  }
}

async function tailAlarms(api: ApiClient, device: string | undefined, signal: AbortSignal): Promise<void> {
  const filter = device === undefined ? '' : `?device=${encodeURIComponent(device)}`;
  for await (const event of api.events(`/v1/alarms/stream${filter}`, signal)) {
    const { at, type, actor, alarm } = event.data as AlarmEvent;
    console.log(
      `${at} alarm ${type} ${alarm.severity} ${alarm.device}: ${alarm.titles.en}${alarm.value === null ? '' : ` (${alarm.value})`}${actor === 'system' ? '' : ` by ${actor}`}`,
    );
  }
}

async function tailDeadLetters(api: ApiClient, device: string | undefined, signal: AbortSignal): Promise<void> {
  const seen = new Set<string>();
  let from = Date.now();
  while (!signal.aborted) {
    const query = new URLSearchParams({
      from: String(from),
      limit: '500',
      ...(device === undefined ? {} : { device }),
    });
    const { deadLetters } = await api.json<{ deadLetters: DeadLetterAnswer[] }>('GET', `/v1/dead-letters?${query}`);
    for (const letter of deadLetters.toReversed()) {
      if (seen.has(letter.id)) continue;
      seen.add(letter.id);
      for (const { code, pointer, detail } of letter.rejections)
        console.log(`${letter.receivedAt} dead letter ${letter.source} ${code} ${pointer}: ${detail}`);
      from = Math.max(from, Date.parse(letter.receivedAt));
    }
    await new Promise((resolve) => setTimeout(resolve, DEAD_LETTER_POLL_MS));
  }
}

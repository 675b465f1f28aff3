import { Command } from 'commander';
import { ApiClient } from './api-client.js';

export function queryCommand(): Command {
  return new Command('query')
    .description('history of a device, as JSON or CSV')
    .argument('<device>')
    .option('--metric <names>', 'comma-separated; all when not given')
    .option('--from <time>', 'ISO 8601 or milliseconds; 24 hours ago when not given')
    .option('--to <time>', 'now when not given')
    .option('--every <interval>', 'bucket width, such as 1h')
    .option('--aggregate <functions>', 'comma-separated: mean, min, max, count, sum, first, last')
    .option('--latest', 'only the last value of every metric')
    .option('--csv', 'CSV instead of JSON')
    .action(async (device: string, options: Record<string, string | boolean>) => {
      const api = ApiClient.fromEnvironment(process.env);
      const path = `/v1/devices/${encodeURIComponent(device)}`;
      if (options['latest']) return console.log(JSON.stringify(await api.json('GET', `${path}/latest`), null, 2));
      const filter: Record<string, string> = {};
      for (const name of ['metric', 'from', 'to', 'every', 'aggregate'])
        if (typeof options[name] === 'string') filter[name] = options[name];
      let next: string | null = null;
      let header = true;
      do {
        const page: HistoryAnswer = await api.json(
          'GET',
          `${path}/readings?${new URLSearchParams({ ...filter, ...(next === null ? {} : { cursor: next }) })}`,
        );
        if (options['csv']) printCsv(page.readings, header);
        else console.log(JSON.stringify(page, null, 2));
        header = false;
        next = page.next;
      } while (next !== null);
    });
}

interface HistoryAnswer {
  readonly readings: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | null;
}

function printCsv(readings: HistoryAnswer['readings'], header: boolean): void {
  const columns = Object.keys(readings[0] ?? {});
  if (header && columns.length > 0) console.log(columns.join(','));
  for (const reading of readings) console.log(columns.map((column) => String(reading[column] ?? '')).join(','));
}

import { Command } from 'commander';
import { ApiClient } from './api-client.js';

interface QualityAnswer {
  readonly device: string;
  readonly kind: string;
  readonly score: number;
  readonly grade: string;
  readonly reasons: readonly { readonly penalty: number; readonly text: { readonly en: string } }[];
}

interface QualityPage {
  readonly counts: Readonly<Record<string, number>>;
  readonly devices: readonly QualityAnswer[];
}

export function qualityCommand(): Command {
  return new Command('quality')
    .description('how good the data of devices are, worst first; or the report of one device')
    .argument('[device]')
    .option('--kind <name>')
    .option('--department <id>')
    .option('--grade <grade>', 'good, fair, poor, silent or new')
    .option('--limit <n>', 'devices at most', '20')
    .option('--json', 'the answer of the API as it is')
    .action(async (device: string | undefined, options: Record<string, string | boolean>) => {
      const api = ApiClient.fromEnvironment(process.env);
      if (device !== undefined) {
        const report = await api.json<QualityAnswer>('GET', `/v1/devices/${encodeURIComponent(device)}/quality`);
        console.log(options['json'] ? JSON.stringify(report, null, 2) : linesOf(report).join('\n'));
        return;
      }
      const filter = new URLSearchParams();
      for (const name of ['kind', 'department', 'grade', 'limit'])
        if (typeof options[name] === 'string') filter.set(name, options[name]);
      const page = await api.json<QualityPage>('GET', `/v1/quality?${filter}`);
      if (options['json']) return console.log(JSON.stringify(page, null, 2));
      console.log(Object.entries(page.counts).map(([grade, count]) => `${grade} ${count}`).join('  ')); // prettier-ignore
      for (const report of page.devices) console.log(linesOf(report).join('\n'));
    });
}

function linesOf({ device, kind, score, grade, reasons }: QualityAnswer): string[] {
  return [
    `${String(score).padStart(3)}  ${grade.padEnd(6)}  ${device}  (${kind})`,
    ...reasons.map(({ penalty, text }) => `       -${penalty}  ${text.en}`),
  ];
}

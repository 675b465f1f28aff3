import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ApiClient } from './api-client.js';
import { number } from './argument-parsers.js';
import { tellOnce } from './tell-once.js';

interface PrepareOptions {
  readonly kind?: string;
  readonly department?: string;
  readonly template?: string;
  readonly id?: string;
  readonly idPrefix?: string;
  readonly devEui?: string;
  readonly deviceType?: string;
  readonly count?: number;
  readonly expiresInDays?: number;
  readonly labels?: string;
}

interface ClaimAnswer {
  readonly id: string;
  readonly device: string;
  readonly kind: string;
  readonly department: string;
  readonly state: string;
  readonly expiresAt: string;
}

interface ClaimImportAnswer {
  readonly rows: number;
  readonly valid: number;
  readonly created: number;
  readonly faults: readonly {
    readonly row: number;
    readonly column: string | null;
    readonly code: string;
    readonly detail: string;
  }[];
  readonly labels: string | null;
}

export function claimCommand(outcome: { exitCode: number }): Command {
  const api = (): ApiClient => ApiClient.fromEnvironment(process.env);
  const command = new Command('claim').description('prepare devices that installers register with a code');
  command
    .command('prepare')
    .description('prints a table with a code for each device, once')
    .option('--kind <kind>')
    .option('--department <department>')
    .option('--template <id>')
    .option('--id <id>', 'id of the device')
    .option('--id-prefix <prefix>', 'beginning of ids that are made up')
    .option('--dev-eui <devEui>')
    .option('--device-type <id>')
    .option('--count <number>', 'claims of this sort', number)
    .option('--expires-in-days <days>', '30 by default', number)
    .option('--labels <file>', 'write the table to this file (mode 0600) instead of showing it')
    .action(async ({ labels, ...claim }: PrepareOptions) => {
      await tellOnce(labels, () => api().text('POST', '/v1/claims?format=csv', claim));
    });
  command
    .command('import <file>')
    .description(
      'prepare the claims of a CSV file: kind or template, and department, id, idPrefix, devEui, deviceType, count, expiresInDays',
    )
    .option('--dry-run', 'only check, and list every fault')
    .option('--labels <file>', 'write the table of codes to this file (mode 0600) instead of showing it')
    .action(async (file: string, { dryRun, labels }: { dryRun?: boolean; labels?: string }) => {
      const csv = readFileSync(file, 'utf8');
      const path = `/v1/claims/import${dryRun === true ? '?dryRun=true' : ''}`;
      await tellOnce(dryRun === true ? undefined : labels, async () => {
        const answer = await api().json<ClaimImportAnswer>('POST', path, csv, 'text/csv');
        for (const { row, column, code, detail } of answer.faults)
          console.error(`row ${row}${column === null ? '' : `, ${column}`}: ${code}: ${detail}`);
        console.error(`${answer.rows} rows, ${answer.valid} valid, ${answer.created} claims prepared`);
        if (answer.faults.length > 0) outcome.exitCode = 1;
        return answer.labels;
      });
    });
  command
    .command('redeem <code>')
    .description('register the device of a code where it stands; prints its key, once')
    .requiredOption('--latitude <degrees>', 'WGS 84', number)
    .requiredOption('--longitude <degrees>', 'WGS 84', number)
    .option('--name <name>')
    .action(async (code: string, place: object) => {
      console.log(JSON.stringify(await api().json('POST', '/v1/claims/redeem', { code, ...place }), null, 2));
    });
  command
    .command('list')
    .description('claims, one a line, without their codes')
    .option('--all', 'those that were redeemed, revoked or have expired as well')
    .action(async ({ all }: { all?: boolean }) => {
      let next: string | null = null;
      do {
        const query = new URLSearchParams({
          limit: '1000',
          ...(all === true ? {} : { outstanding: 'true' }),
          ...(next === null ? {} : { after: next }),
        });
        const page: { claims: ClaimAnswer[]; next: string | null } = await api().json('GET', `/v1/claims?${query}`);
        for (const { id, device, kind, department, state, expiresAt } of page.claims)
          console.log([id, device, kind, department, state, expiresAt].join('\t'));
        next = page.next;
      } while (next !== null);
    });
  command
    .command('revoke <id>')
    .description('revoke a claim that was not redeemed')
    .action(async (id: string) => {
      await api().remove(`/v1/claims/${encodeURIComponent(id)}`);
      console.log(`${id} is revoked.`);
    });
  return command;
}

import { Command, InvalidArgumentError } from 'commander';
import {
  checkCodec,
  checkDeviceType,
  type ExampleResult,
  findCodecs,
  readDeviceTypeFolder,
  type DeviceTypeSource,
  ScriptPool,
} from '#device-types';
import { ApiClient } from './api-client.js';
import { showReport, showResults } from './codec.command.js';

interface UploadAnswer {
  readonly id: string;
  readonly saved: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly examples: readonly ExampleResult[];
}

interface TypeAnswer {
  readonly id: string;
  readonly kind: string;
  readonly vendor: string;
  readonly model: string;
  readonly version: string;
  readonly builtIn: boolean;
  readonly faults: readonly { pointer: string; detail: string }[];
}

/** Device types of the running platform, and trying one before it is added. */
export function deviceTypeCommand(outcome: { exitCode: number }): Command {
  const command = new Command('device-type').description(
    'device types: a script, its examples and what its fields mean',
  );
  command
    .command('test <folder>')
    .description('check a folder (device-type.json, the script, examples.json) and run its examples; needs no platform')
    .option('--verbose', 'name the examples that pass too, and show the console of the script')
    .action(async (folder: string, { verbose = false }: { verbose?: boolean }) => {
      outcome.exitCode = await test(folder, verbose);
    });
  command
    .command('add <folder>')
    .description('add the device type of a folder, or replace the one of its id')
    .option('--dry-run', 'only check it and run its examples there')
    .option('--force', 'add it although examples fail')
    .action(async (folder: string, options: { dryRun?: boolean; force?: boolean }) => {
      outcome.exitCode = await add(folder, options);
    });
  command
    .command('list')
    .description('device types, one a line')
    .action(async () => {
      const { deviceTypes } = await api().json<{ deviceTypes: TypeAnswer[] }>('GET', '/v1/device-types');
      for (const { id, kind, vendor, model, version, builtIn, faults } of deviceTypes) {
        const state = faults.length > 0 ? 'unusable' : builtIn ? 'built-in' : 'added';
        console.log([id, kind, vendor, model, version, state].join('\t'));
      }
    });
  command
    .command('show <id>')
    .description('one device type with its script and examples')
    .action(async (id: string) => {
      console.log(JSON.stringify(await api().json('GET', `/v1/device-types/${encodeURIComponent(id)}`), null, 2));
    });
  return command;
}

const api = (): ApiClient => ApiClient.fromEnvironment(process.env);

async function test(folder: string, verbose: boolean): Promise<number> {
  const [codec] = findCodecs(folder).filter(({ name }) => name === 'device-type.json');
  if (codec === undefined) throw new InvalidArgumentError(`There is no device-type.json in '${folder}'.`);
  const pool = new ScriptPool();
  try {
    const report = await checkCodec(pool, codec);
    showReport(report, verbose);
    return report.failed + report.faults.length === 0 ? 0 : 1;
  } finally {
    await pool.close();
  }
}

async function add(
  folder: string,
  { dryRun = false, force = false }: { dryRun?: boolean; force?: boolean },
): Promise<number> {
  const source = readSource(folder);
  const { id } = source.definition as { id: string };
  const client = api();
  const { deviceTypes } = await client.json<{ deviceTypes: TypeAnswer[] }>('GET', '/v1/device-types');
  const known = deviceTypes.some((type) => type.id === id);
  const query = new URLSearchParams({ ...(dryRun ? { dryRun: 'true' } : {}), ...(force ? { force: 'true' } : {}) });
  const path = known ? `/v1/device-types/${encodeURIComponent(id)}` : '/v1/device-types';
  const answer = await client.json<UploadAnswer>(known ? 'PUT' : 'POST', `${path}?${query}`, source);
  showResults(answer.examples, false);
  const what = !answer.saved ? 'checked, not kept' : known ? 'replaced' : 'added';
  console.log(`${answer.id}: ${answer.passed} examples pass, ${answer.failed} fail; ${what}`);
  return answer.failed === 0 || force ? 0 : 1;
}

/** Checked here first: what is wrong with the files is said without a platform. */
function readSource(folder: string): DeviceTypeSource {
  const { source, faults } = readDeviceTypeFolder(folder);
  const wrong = source === undefined ? faults : checkDeviceType(source).faults;
  if (source !== undefined && wrong === undefined) return source;
  const lines = (wrong ?? []).map(({ pointer, detail }) => `  ${pointer} ${detail}`);
  throw new InvalidArgumentError(`The folder '${folder}' cannot be used:\n${lines.join('\n')}`);
}

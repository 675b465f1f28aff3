import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { parseIsoTime } from '#codecs';
import {
  checkCodec,
  type CodecReport,
  type Difference,
  encodeDownlink,
  type ExampleResult,
  findCodecs,
  hexBytes,
  readDeviceTypeFolder,
  checkDeviceType,
  type DeviceType,
  scriptAt,
  ScriptPool,
  tryPayload,
} from '#device-types';

interface TestOptions {
  readonly folder?: string;
  readonly port: number;
  readonly time?: number;
  readonly downlink?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Tries codecs without a running platform. */
export function codecCommand(outcome: { exitCode: number }): Command {
  const command = new Command('codec').description('try payload codecs (LoRa Alliance TS013) in the sandbox');
  command
    .command('test [file] [hex...]')
    .description('decode one payload with a script, or run the examples of all codecs in a folder')
    .option('--folder <folder>', 'run every example of every codec in and below the folder')
    .option('--port <number>', 'fPort of the uplink or downlink', wholeNumber, 1)
    .option('--time <iso>', 'time at which the uplink was received; now when not given', isoTime)
    .option('--downlink <json>', 'encode this object with encodeDownlink instead of decoding')
    .option('--verbose', 'name the examples that pass too, and show the console of the scripts')
    .option('--json', 'print one JSON document')
    .action(async (file: string | undefined, hex: string[], options: TestOptions) => {
      const pool = new ScriptPool();
      try {
        if (options.folder !== undefined) outcome.exitCode = await testFolder(pool, options.folder, options);
        else if (file === undefined) command.error('Name a script and a payload, or --folder.');
        else if (options.downlink !== undefined) outcome.exitCode = await encode(pool, file, options.downlink, options);
        else if (hex.length === 0) command.error('Name the payload in hexadecimal, or --downlink with an object.');
        else outcome.exitCode = await decode(pool, file, hex.join(' '), options);
      } finally {
        await pool.close();
      }
    });
  return command;
}

async function decode(
  pool: ScriptPool,
  file: string,
  hex: string,
  { port, time = Date.now() }: TestOptions,
): Promise<number> {
  const bytes = hexBytes(hex);
  if (bytes === null) throw new InvalidArgumentError(`'${hex}' is not hexadecimal: two digits for each byte.`);
  const uplink = { bytes: Uint8Array.from(bytes), fPort: port, receivedAt: time };
  const tried = await tryPayload(pool, scriptAt(requireFile(file)), uplink, typeBeside(file));
  console.log(JSON.stringify(tried, null, 2));
  return tried.rejections.length === 0 ? 0 : 1;
}

async function encode(pool: ScriptPool, file: string, text: string, { port }: TestOptions): Promise<number> {
  const data = objectOf(text);
  const script = scriptAt(requireFile(file));
  const input = JSON.stringify({ data, fPort: port, variables: {} });
  const [answer] = await pool.run(script, [{ fn: 'encodeDownlink', input, logs: true }]);
  const shown = (typeof answer === 'string' ? JSON.parse(answer) : answer) as object;
  // The verdict is the platform's: bytes that fit into no frame are none, whatever the script says.
  const { rejections = [] } = await encodeDownlink(pool, script, data, port);
  console.log(JSON.stringify({ ...shown, rejections }, null, 2));
  return rejections.length === 0 ? 0 : 1;
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new InvalidArgumentError(`--downlink must be a JSON object, it is '${text}'.`);
}

/** When the script lies in the folder of a device type, what the type makes of the payload is shown too. */
function typeBeside(file: string): DeviceType | undefined {
  const folder = dirname(file);
  if (!existsSync(`${folder}/device-type.json`) || basename(file).endsWith('.json')) return undefined;
  const { source } = readDeviceTypeFolder(folder);
  return source === undefined ? undefined : checkDeviceType(source).type;
}

async function testFolder(pool: ScriptPool, folder: string, options: TestOptions): Promise<number> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new InvalidArgumentError(`There is no folder '${folder}'.`);
  const codecs = findCodecs(folder);
  const reports: CodecReport[] = [];
  for (const codec of codecs) {
    showProgress(`${reports.length + 1}/${codecs.length} ${codec.name}`, options);
    const report = await checkCodec(pool, codec);
    reports.push(report);
    if (options.json !== true) showReport(report, options.verbose === true);
  }
  showProgress('', options);
  const sum = (pick: (report: CodecReport) => number): number =>
    reports.reduce((total, report) => total + pick(report), 0);
  const totals = {
    codecs: reports.length,
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    faults: sum(({ faults }) => faults.length),
    withoutExamples: reports.filter(({ passed, failed, faults }) => passed + failed + faults.length === 0).length,
  };
  if (options.json === true) console.log(JSON.stringify({ totals, codecs: reports }, null, 2));
  else
    console.log(
      `\n${totals.codecs} codecs: ${totals.passed} examples pass, ${totals.failed} fail, ${totals.faults} faults, ${totals.withoutExamples} codecs without examples`,
    );
  if (codecs.length === 0)
    console.error(
      `No codec was found in '${folder}': neither device-type.json, nor a *-codec.yaml, nor examples.json.`,
    );
  return totals.failed + totals.faults > 0 || codecs.length === 0 ? 1 : 0;
}

export function showReport(report: CodecReport, verbose: boolean): void {
  const { name, passed, failed, faults, results } = report;
  const verdict = failed + faults.length > 0 ? 'FAIL' : passed > 0 ? 'pass' : 'none';
  console.log(`${verdict}  ${name}  ${passed} of ${passed + failed}`);
  for (const fault of faults) console.log(`      fault: ${fault}`);
  showResults(results, verbose);
}

export function showResults(results: readonly ExampleResult[], verbose: boolean): void {
  for (const [index, { description, passed, differences, logs }] of results.entries()) {
    if (passed && !verbose) continue;
    console.log(`    ${passed ? 'pass' : 'FAIL'}  ${description === '' ? `example ${index + 1}` : description}`);
    for (const difference of differences) console.log(`          ${line(difference)}`);
    if (verbose) for (const log of logs) console.log(`          console: ${log}`);
  }
}

function line({ path, expected = 'nothing', actual = 'nothing' }: Difference): string {
  return `${path === '' ? '(all)' : path}: expected ${expected}, got ${actual}`;
}

/** On a terminal only, on the error stream, overwritten by the next. */
function showProgress(text: string, { json }: TestOptions): void {
  if (!process.stderr.isTTY || json === true) return;
  process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}${text === '' ? '' : '\r'}`);
}

function requireFile(file: string): string {
  if (!existsSync(file)) throw new InvalidArgumentError(`There is no file '${file}'.`);
  return file;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 255)
    throw new InvalidArgumentError('A port is a whole number from 0 to 255.');
  return number;
}

function isoTime(text: string): number {
  const time = parseIsoTime(text);
  if (time === null)
    throw new InvalidArgumentError('Write the time as ISO 8601 with an offset, such as 2026-05-01T08:00:00+08:00.');
  return time;
}

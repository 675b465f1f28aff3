import { DEFAULT_SANDBOX_LIMITS } from '../sandbox/limits.js';
import type { CallAnswer, Script, ScriptCall } from '../sandbox/protocol.js';
import type { ScriptPool } from '../sandbox/script-pool.js';
import type { DeviceType } from '../definition/device-type.js';
import { readAnswer, type ScriptOutput } from '../mapping/read-answer.js';
import { readingsOf, shownReading } from '../mapping/reading.js';
import { compare, type Difference } from './compare.js';
import type { CodecExample, ExpectedOutput } from './example.js';

export interface ExampleResult {
  readonly description: string;
  readonly passed: boolean;
  readonly differences: readonly Difference[];
  /** What the script wrote to its console. */
  readonly logs: readonly string[];
}

/** Runs examples of one script. With a device type, what it makes of each uplink must also be sound and, where stated, equal. */
export async function runExamples(
  pool: ScriptPool,
  script: Script,
  examples: readonly CodecExample[],
  type?: DeviceType,
): Promise<ExampleResult[]> {
  const answers = await pool.run(
    script,
    examples.map((example) => callOf(example, type)),
  );
  return examples.map((example, index) => judge(example, answers[index]!, type));
}

function callOf({ fn, input, normalizedOutput }: CodecExample, type: DeviceType | undefined): ScriptCall {
  const normalize = normalizedOutput !== undefined || type?.definition.normalized === true;
  return { fn, input: JSON.stringify({ ...input, variables: {} }), normalize, logs: true };
}

function judge(example: CodecExample, answer: CallAnswer, type: DeviceType | undefined): ExampleResult {
  const read = readAnswer(answer, DEFAULT_SANDBOX_LIMITS.maxOutputDepth);
  const { logs } = read.output ?? read;
  const differences: Difference[] = [];
  if (read.output === undefined) {
    // Its own errors may be what the example expects; anything else of the sandbox never is.
    const errors = read.errors.length > 0 ? read.errors : read.rejections.map(({ detail }) => detail);
    differences.push(...compare(plain(example.output), { errors }));
  } else {
    differences.push(...compare(plain(example.output), actualOf(example, read.output)));
    if (example.normalizedOutput !== undefined)
      differences.push(
        ...compare(plain(example.normalizedOutput).data, read.output.normalized, '/normalizedOutput/data'),
      );
    if (type !== undefined && example.fn === 'decodeUplink') differences.push(...mapped(example, read.output, type));
  }
  return { description: example.description, passed: differences.length === 0, differences, logs };
}

/** What an example states; an empty list of messages is none. */
function plain({ data, bytes, fPort, errors, warnings }: ExpectedOutput): Record<string, unknown> {
  return {
    data,
    bytes,
    fPort,
    ...(errors === undefined || errors.length === 0 ? {} : { errors }),
    ...(warnings === undefined || warnings.length === 0 ? {} : { warnings }),
  };
}

function actualOf({ fn, output: expected }: CodecExample, output: ScriptOutput): Record<string, unknown> {
  const warnings = output.warnings.length === 0 ? {} : { warnings: output.warnings };
  if (fn !== 'encodeDownlink') return { data: output.data, ...warnings };
  // Some examples leave the port to the device profile.
  const fPort = expected.fPort === undefined ? {} : { fPort: output.fPort };
  return { bytes: output.bytes, ...fPort, ...warnings };
}

function mapped({ input, readings: expected }: CodecExample, output: ScriptOutput, type: DeviceType): Difference[] {
  const data = type.definition.normalized === true ? output.normalized : output.data;
  const { readings, rejections } = readingsOf(type, data, { fPort: input.fPort, receivedAt: input.recvTime });
  // An uplink of another sort, such as a status, carries no reading; what it carries must be sound all the same.
  const faults = rejections
    .filter(({ code }) => !(expected === undefined && (code === 'unsupported-event' || code === 'no-values')))
    .map(({ pointer, detail }) => ({
      path: `/reading${pointer}`,
      expected: 'no rejection',
      actual: JSON.stringify(detail),
    }));
  if (expected === undefined) return faults;
  const isOne = expected.length === 1 && expected[0]!.time === undefined;
  return [
    ...faults,
    ...(isOne && readings.length <= 1
      ? compare(expected[0]!.values, readings[0]?.values ?? {}, '/reading')
      : compare(expected.map(shownReading), readings.map(shownReading), '/readings')),
  ];
}

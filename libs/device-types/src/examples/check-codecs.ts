import type { FoundCodec } from '../folder/codec-folders.js';
import type { ScriptPool } from '../sandbox/script-pool.js';
import { type ExampleResult, runExamples } from './run-examples.js';

/** How a codec did on its examples. */
export interface CodecReport {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly faults: readonly string[];
  readonly results: readonly ExampleResult[];
}

/** Runs all examples of a codec. */
export async function checkCodec(pool: ScriptPool, codec: FoundCodec): Promise<CodecReport> {
  const results: ExampleResult[] = [];
  for (const { script, examples } of codec.parts)
    results.push(...(await runExamples(pool, script, examples, codec.type)));
  const passed = results.filter((result) => result.passed).length;
  return { name: codec.name, passed, failed: results.length - passed, faults: codec.faults, results };
}

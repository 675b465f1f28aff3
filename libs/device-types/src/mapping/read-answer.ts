import { rejection } from '#codecs';
import type { Rejection } from '#core';
import type { CallAnswer, CallOutput } from '../sandbox/protocol.js';

/** What a script said of one payload, looked at as far as every caller needs. */
export interface ScriptOutput {
  readonly data: unknown;
  readonly bytes: unknown;
  readonly fPort: unknown;
  readonly normalized: unknown;
  readonly warnings: readonly string[];
  readonly logs: readonly string[];
}

export type ReadAnswer =
  | { readonly output: ScriptOutput; readonly rejections?: undefined }
  | {
      readonly output?: undefined;
      readonly rejections: readonly Rejection[];
      /** The script's own errors, when it was the script that refused. */
      readonly errors: readonly string[];
      readonly logs: readonly string[];
    };

/** As many messages of a script as anybody will read, each cut to a line. */
const MAX_MESSAGES = 16;
const MAX_MESSAGE_CHARS = 300;

/** TS013: `errors` that is not empty means that the payload was not decoded. */
export function readAnswer(answer: CallAnswer, maxDepth: number): ReadAnswer {
  if (typeof answer === 'object') {
    const { code, detail, logs = [] } = answer;
    return { rejections: [rejection(code, '', detail)], errors: [], logs };
  }
  // A script that changed its built-ins may have written anything.
  const { output, normalized, logs = [] } = ((JSON.parse(answer) as unknown) ?? {}) as Partial<CallOutput>;
  if (typeof output !== 'object' || output === null)
    return broken('The script changed how its result is written.', logs);
  const errors = messages(output.errors);
  if (errors.length > 0)
    return { rejections: errors.map((error) => rejection('codec-errors', '', error)), errors, logs };
  if (depthOf(output, maxDepth + 1) > maxDepth || depthOf(normalized, maxDepth) > maxDepth)
    return broken(`The output is nested deeper than ${maxDepth} levels.`, logs);
  const { data, bytes, fPort } = output;
  const normal =
    typeof normalized === 'object' && normalized !== null ? (normalized as { data?: unknown }).data : undefined;
  return { output: { data, bytes, fPort, normalized: normal, warnings: messages(output.warnings), logs } };
}

function broken(detail: string, logs: readonly string[]): ReadAnswer {
  return { rejections: [rejection('codec-output', '', detail)], errors: [], logs };
}

function messages(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  return list.slice(0, MAX_MESSAGES).map((message) => {
    const text = typeof message === 'string' ? message : (JSON.stringify(message) ?? 'undefined');
    return text.length > MAX_MESSAGE_CHARS ? `${text.slice(0, MAX_MESSAGE_CHARS)}...` : text;
  });
}

/** Levels of arrays and objects, counted up to one more than allowed. */
function depthOf(value: unknown, allowed: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (allowed <= 0) return 1;
  let deepest = 0;
  for (const member of Object.values(value)) deepest = Math.max(deepest, depthOf(member, allowed - 1));
  return 1 + deepest;
}

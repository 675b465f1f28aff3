import { rejection } from '#codecs';
import type { Rejection } from '#core';
import { readAnswer } from './mapping/read-answer.js';
import { DEFAULT_SANDBOX_LIMITS } from './sandbox/limits.js';
import type { Script } from './sandbox/protocol.js';
import type { ScriptPool } from './sandbox/script-pool.js';

/** The longest application payload of any LoRaWAN region (RP002, N at the highest data rate). */
export const MAX_DOWNLINK_BYTES = 242;

export type EncodedDownlink =
  | {
      readonly bytes: Uint8Array;
      /** Null when the script leaves it to whoever sends. */
      readonly fPort: number | null;
      readonly warnings: readonly string[];
      readonly rejections?: undefined;
    }
  | { readonly rejections: readonly Rejection[] };

/** Bytes of what a person wants of a device, by the `encodeDownlink` of its type's script (TS013), in the sandbox. */
export async function encodeDownlink(
  pool: Pick<ScriptPool, 'run'>,
  script: Script,
  data: Readonly<Record<string, unknown>>,
  /** What who sends wants; scripts of the time before TS013 are given it. */
  fPort?: number,
): Promise<EncodedDownlink> {
  const input = JSON.stringify({ data, fPort, variables: {} });
  const [answer] = await pool.run(script, [{ fn: 'encodeDownlink', input }]);
  const { output, rejections } = readAnswer(answer!, DEFAULT_SANDBOX_LIMITS.maxOutputDepth);
  if (output === undefined) return { rejections };
  const { bytes, fPort: port = null, warnings } = output;
  if (!isBytes(bytes))
    return refused(
      '/bytes',
      'encodeDownlink returned no bytes that fit into a frame.',
      'an array of up to 242 bytes',
      bytes,
    );
  if (port !== null && !isPort(port))
    return refused('/fPort', 'encodeDownlink returned a port that is none.', '1 to 223', port);
  return { bytes: Uint8Array.from(bytes), fPort: port, warnings };
}

function isBytes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_DOWNLINK_BYTES &&
    (value as unknown[]).every((byte) => Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) <= 255)
  );
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 223;
}

function refused(pointer: string, detail: string, expected: string, actual: unknown): EncodedDownlink {
  return { rejections: [rejection('codec-output', pointer, detail, expected, actual ?? 'nothing')] };
}

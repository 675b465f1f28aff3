import type { Rejection } from '#core';
import { uplinkCall } from '../create-transcoder.js';
import type { DeviceType } from '../definition/device-type.js';
import { readAnswer } from '../mapping/read-answer.js';
import { readingsOf, type ShownReading, shownReading } from '../mapping/reading.js';
import { DEFAULT_SANDBOX_LIMITS } from '../sandbox/limits.js';
import type { Script } from '../sandbox/protocol.js';
import type { ScriptPool } from '../sandbox/script-pool.js';
import type { RawUplink } from '../transcoder.js';

/** What becomes of one payload, step by step. */
export interface TriedPayload {
  /** What the script returned as data; absent when it gave none. */
  readonly decoded?: unknown;
  readonly normalized?: unknown;
  readonly warnings: readonly string[];
  readonly logs: readonly string[];
  /** What would be stored, in order of time and in the kind's units. Absent without a device type. */
  readonly readings?: readonly ShownReading[];
  readonly rejections: readonly Rejection[];
}

/** Decodes one payload and, with a device type, maps and validates it. Never throws because of a script. */
export async function tryPayload(
  pool: ScriptPool,
  script: Script,
  uplink: RawUplink,
  type?: DeviceType,
): Promise<TriedPayload> {
  const [answer] = await pool.run(script, [uplinkCall(uplink, true, true)]);
  const { output, ...failure } = readAnswer(answer!, DEFAULT_SANDBOX_LIMITS.maxOutputDepth);
  if (output === undefined) {
    const { rejections = [], logs = [] } = failure as { rejections?: readonly Rejection[]; logs?: readonly string[] };
    return { warnings: [], logs, rejections, ...(type === undefined ? {} : { readings: [] }) };
  }
  const { data, normalized, warnings, logs } = output;
  const shown = { decoded: data, ...(normalized === undefined ? {} : { normalized }), warnings, logs };
  if (type === undefined) return { ...shown, rejections: [] };
  const mapped = readingsOf(type, type.definition.normalized === true ? normalized : data, uplink);
  return { ...shown, readings: mapped.readings.map(shownReading), rejections: mapped.rejections };
}

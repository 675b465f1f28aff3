import { rejection } from '#codecs';
import type { Clock } from '#core';
import type { DeviceType } from './definition/device-type.js';
import { mapOutput, refused } from './mapping/map-output.js';
import { readAnswer } from './mapping/read-answer.js';
import { DEFAULT_SANDBOX_LIMITS, type PoolPolicy } from './sandbox/limits.js';
import type { CallAnswer, ScriptCall } from './sandbox/protocol.js';
import { ScriptPool } from './sandbox/script-pool.js';
import type { RawUplink, Transcoded, Transcoder, UplinkFrame } from './transcoder.js';

export interface TranscoderOptions {
  readonly types?: Iterable<DeviceType>;
  readonly policy?: Partial<PoolPolicy>;
  readonly clock?: Clock;
}

/** A transcoder whose types its owner keeps current. */
export interface ManagedTranscoder extends Transcoder {
  /** These types, instead of those before. Payloads under way are finished with the type that they were given to. */
  use(types: Iterable<DeviceType>): void;
}

/** Worker threads are started with the first payload that needs one. */
export function createTranscoder({ types = [], ...options }: TranscoderOptions = {}): ManagedTranscoder {
  const transcoder = new SandboxTranscoder(new ScriptPool(options));
  transcoder.use(types);
  return transcoder;
}

class SandboxTranscoder implements ManagedTranscoder {
  private types: ReadonlyMap<string, DeviceType> = new Map();

  constructor(private readonly pool: ScriptPool) {}

  use(types: Iterable<DeviceType>): void {
    this.types = new Map([...types].map((type) => [type.id, type]));
  }

  find(deviceType: string): ReturnType<Transcoder['find']> {
    const type = this.types.get(deviceType);
    if (type === undefined) return undefined;
    return { kind: type.kind.name, decodesRaw: type.script !== null, normalized: type.definition.normalized === true };
  }

  async decode(deviceType: string, uplinks: readonly RawUplink[]): Promise<readonly Transcoded[]> {
    const type = this.types.get(deviceType);
    if (type === undefined) return uplinks.map(() => unknownType(deviceType));
    const { script } = type;
    if (script === null)
      return uplinks.map(() =>
        refused(
          rejection(
            'unsupported-event',
            '',
            `Device type '${type.id}' has no script for raw payloads; let the network server decode them, or add a script.`,
          ),
        ),
      );
    const calls = uplinks.map((uplink) => uplinkCall(uplink, type.definition.normalized === true));
    const answers = await this.pool.run(script, calls);
    return answers.map((answer, index) => transcode(type, answer, uplinks[index]!));
  }

  map(deviceType: string, output: object, frame: UplinkFrame): Transcoded {
    const type = this.types.get(deviceType);
    return type === undefined ? unknownType(deviceType) : mapOutput(type, output, frame);
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** Frames of LoRaWAN carry up to 242 bytes. Whatever is longer goes as text, so that a batch of them takes no more memory than one. */
const MAX_FRAME_BYTES = 255;

/** The argument of `decodeUplink` (TS013). ChirpStack also gives the variables of the device; here there are none. */
export function uplinkCall({ bytes, fPort, receivedAt }: RawUplink, normalize: boolean, logs = false): ScriptCall {
  const input: ScriptCall['input'] =
    bytes.length <= MAX_FRAME_BYTES
      ? [fPort, receivedAt, ...bytes]
      : `{"bytes":[${bytes.join(',')}],"fPort":${fPort},"recvTime":${receivedAt},"variables":{}}`;
  return { fn: 'decodeUplink', input, normalize, logs };
}

/** What a type makes of its script's answer to an uplink. */
export function transcode(type: DeviceType, answer: CallAnswer, frame: UplinkFrame): Transcoded {
  const { output, rejections } = readAnswer(answer, DEFAULT_SANDBOX_LIMITS.maxOutputDepth);
  if (output === undefined) return refused(...rejections);
  const data = type.definition.normalized === true ? output.normalized : output.data;
  if (typeof data !== 'object' || data === null) {
    const what = type.definition.normalized === true ? 'normalizeUplink' : 'decodeUplink';
    return refused(rejection('codec-output', '', `${what} returned no data.`, 'an object', data ?? 'nothing'));
  }
  return mapOutput(type, data, frame, output.warnings);
}

function unknownType(deviceType: string): Transcoded {
  return refused(
    rejection(
      'unknown-device-type',
      '',
      `There is no device type '${deviceType}'.`,
      'an id of GET /v1/device-types',
      deviceType,
    ),
  );
}

import { type Decoded, refused } from './decoded.js';
import { parseJson } from './json-text.js';
import type { Limits } from './limits.js';
import { decodeNative } from './native-json.js';
import { isSenmlLabel } from './senml.js';
import { decodeSenmlCbor } from './senml-cbor.js';
import { decodeSenml } from './senml-items.js';

/** Major type 4 of CBOR, an array: 0x80 to 0x9f. No JSON text begins with such a byte. */
const CBOR_ARRAY_FIRST = 0x80;
const CBOR_ARRAY_LAST = 0x9f;

/** A payload of a device's own telemetry topic: native JSON, SenML JSON or SenML CBOR, told apart by shape. */
export function decodeTelemetry(payload: Uint8Array, receivedAt: number, limits: Limits): Decoded {
  const first = payload[0];
  if (first !== undefined && first >= CBOR_ARRAY_FIRST && first <= CBOR_ARRAY_LAST)
    return decodeSenmlCbor(payload, receivedAt, limits);
  const { value, fault } = parseJson(payload, limits);
  if (fault !== null) return refused(fault);
  return isSenml(value) ? decodeSenml(value, receivedAt) : decodeNative(value);
}

/** An array whose first element is an object with a SenML label and without the native member "values". */
function isSenml(value: unknown): value is unknown[] {
  if (!Array.isArray(value)) return false;
  const first: unknown = value[0];
  if (typeof first !== 'object' || first === null || Array.isArray(first) || 'values' in first) return false;
  return Object.keys(first).some(isSenmlLabel);
}

import { type Decoded, refused, rejection } from './decoded.js';
import { type CborValue, parseCbor } from './cbor.js';
import type { Limits } from './limits.js';
import type { SenmlRecord } from './senml.js';
import { decodeSenml } from './senml-items.js';

/** RFC 8428 s6, table 4. */
const LABELS: ReadonlyMap<number, string> = new Map([
  [-1, 'bver'],
  [-2, 'bn'],
  [-3, 'bt'],
  [-4, 'bu'],
  [-5, 'bv'],
  [-6, 'bs'],
  [0, 'n'],
  [1, 'u'],
  [2, 'v'],
  [3, 'vs'],
  [4, 'vb'],
  [5, 's'],
  [6, 't'],
  [7, 'ut'],
  [8, 'vd'],
]);

export function decodeSenmlCbor(payload: Uint8Array, receivedAt: number, limits: Limits): Decoded {
  const { value, fault } = parseCbor(payload, limits);
  if (fault !== null) return refused(fault);
  if (!Array.isArray(value))
    return refused(rejection('bad-senml', '', 'A SenML pack is an array of records.', 'an array', value));
  return decodeSenml(value.map(recordOf), receivedAt);
}

/** A record with JSON labels. Unknown integer labels are extensions that may be ignored (s4.4) and keep their number as label. */
function recordOf(value: CborValue): SenmlRecord | CborValue {
  if (!(value instanceof Map)) return value;
  const fields: [string, CborValue][] = [];
  for (const [key, field] of value)
    fields.push([typeof key === 'number' ? (LABELS.get(key) ?? `label ${key}`) : String(key), field]);
  return Object.fromEntries(fields);
}

export * from './decode.js';
export { type Decoded, refused, rejection, pointerLevel } from './decoded.js';
export * from './limits.js';
export { encodeResolved, resolveSenml, type ResolvedPack, type ResolvedRecord, type SenmlRecord } from './senml.js';
export { parseIsoTime } from './device-time.js';
export { ReadingsByTime } from './readings-by-time.js';
export * from './network/network-event.js';
export { NORMALIZED_POINTER } from './network/things-stack.js';
export { leavesOf, type Leaves } from './network/object-leaves.js';

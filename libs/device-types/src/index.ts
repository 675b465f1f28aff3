export type { RawUplink, Transcoded, TranscodedReading, Transcoder, UplinkFrame } from './transcoder.js';
export { MAX_RECORDS } from './mapping/map-records.js';
export { createTranscoder, type ManagedTranscoder, type TranscoderOptions } from './create-transcoder.js';
export type {
  DefinitionFault,
  DeviceTypeDefinition,
  DeviceTypeSource,
  FieldDefinition,
  TimeDefinition,
} from './definition/definition.js';
export type { DeviceType } from './definition/device-type.js';
export {
  checkDeviceType,
  DEVICE_TYPE_ID,
  DEVICE_TYPE_ID_FORM,
  revisionOf,
  type CheckedDeviceType,
} from './definition/check-definition.js';
export { ScriptPool, type ScriptPoolOptions } from './sandbox/script-pool.js';
export { type CodecExample, type ExampleFault, hexBytes, readExamples } from './examples/example.js';
export type { Difference } from './examples/compare.js';
export { type ExampleResult, runExamples } from './examples/run-examples.js';
export { checkCodec, type CodecReport } from './examples/check-codecs.js';
export type { ShownReading } from './mapping/reading.js';
export { tryPayload, type TriedPayload } from './examples/try-payload.js';
export { findCodecs, type FoundCodec, scriptAt } from './folder/codec-folders.js';
export { readDeviceTypeFolder, type ReadFolder } from './folder/device-type-folder.js';
export { builtInFolder, builtInFolders, builtInTypes } from './folder/built-in-types.js';
export { encodeDownlink, MAX_DOWNLINK_BYTES, type EncodedDownlink } from './encode-downlink.js';

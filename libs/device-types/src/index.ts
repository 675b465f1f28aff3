export type { RawUplink, Transcoded, Transcoder } from './transcoder.js';
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

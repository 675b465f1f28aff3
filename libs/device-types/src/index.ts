export type { RawUplink, Transcoded, Transcoder } from './transcoder.js';

export * from './journal.js';
export { decodeFrame, FrameBuilder, type FrameContents, type FrameIdentity } from './frame.js';
export { HeadDecoder } from './record-head.js';

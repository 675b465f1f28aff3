/** What ingest has done since it started; monotonic, except where a gauge is named. */
export class IngestCounters {
  messages = 0;
  stored = 0;
  duplicates = 0;
  deadLetters = 0;
  readings = 0;
  batches = 0;
  /** Seconds spent on batches, from read to committed. */
  batchSeconds = 0;
  /** Gauge: of the last batch. */
  lastBatchSeconds = 0;
  /** Messages of devices behind network servers that were above their quota. */
  overQuota = 0;
  reportsSent = 0;
  reportsDropped = 0;
  /** Frames of LoRaWAN devices, each counted once however many gateways heard it. */
  frames = 0;
  /** Frames that the counters of devices say were sent and that never came. */
  missedFrames = 0;
  derivedRows = 0;
  derivationFailures = 0;
  /** Dead letters that were replayed, whatever became of them. */
  replayed = 0;
  /** Times a reading had to be looked for in the store. */
  storeLookups = 0;
  /** Batches that the store refused as a whole and that were cut. */
  cutBatches = 0;
}

/**
 * The error catalogue: every code that a device, a caller or an operator can meet, in one place.
 * `docs/errors.md` is kept equal to it by a test, both ways. A retired code is never used again: move it to RETIRED_CODES.
 */
export interface ErrorEntry {
  /** 'rejection': a device's message was refused. 'http': an RFC 9457 problem. 'fault': the platform itself is in trouble. */
  readonly family: 'rejection' | 'http' | 'fault';
  /** HTTP status, for family 'http' (and for rejections that answer an HTTP ingest). */
  readonly status?: number;
  readonly title: string;
  /** What the reader should do about it. */
  readonly remedy: string;
}

const entry = (family: ErrorEntry['family'], title: string, remedy: string, status?: number): ErrorEntry =>
  status === undefined ? { family, title, remedy } : { family, title, remedy, status };

export const ERRORS = {
  // Rejections: the payload as bytes
  'too-large': entry(
    'rejection',
    'The payload is larger than allowed',
    'Send fewer readings per message, or raise the limit for this device type.',
    413,
  ),
  'too-deep': entry(
    'rejection',
    'The payload is nested too deeply',
    'A reading needs no nesting; send values as a flat object.',
    422,
  ),
  'bad-json': entry(
    'rejection',
    'The payload is not JSON',
    'Check that the device sends UTF-8 JSON, SenML JSON or SenML CBOR.',
    422,
  ),
  'bad-cbor': entry('rejection', 'The payload is not CBOR', 'Check that the device sends SenML CBOR of RFC 8428.', 422),
  'bad-senml': entry(
    'rejection',
    'The payload is not valid SenML',
    'Compare with RFC 8428 section 4; the pointer names the record.',
    422,
  ),
  'bad-payload': entry(
    'rejection',
    'The payload has not the shape of a reading',
    'Send {"ts": ..., "values": {"metric": number}} or an array of them.',
    422,
  ),
  'forbidden-key': entry(
    'rejection',
    'The payload uses a key that is not allowed',
    'Remove the keys __proto__, constructor and prototype.',
    422,
  ),
  'unsupported-event': entry(
    'rejection',
    'The event of the network server is not known',
    'Compare with the events that the platform takes; others may be switched off at the network server.',
    422,
  ),
  'no-codec': entry(
    'rejection',
    'Nothing says how the payload is read',
    'Give the device a type that has a codec, then replay its dead letters.',
    422,
  ),
  // Rejections: identity
  'device-isolated': entry(
    'rejection',
    'The device is isolated',
    'Release the device, then replay its dead letters if they are to be trusted.',
    403,
  ),
  'unknown-topic': entry(
    'rejection',
    'The topic is not one that carries telemetry',
    'Publish to the topic that was given when the device was registered.',
    422,
  ),
  'unknown-device': entry(
    'rejection',
    'The device is not registered',
    'Register the device, then replay its dead letters.',
    404,
  ),
  'unknown-kind': entry(
    'rejection',
    'The device is of a kind that this release does not know',
    'Install a release that has the kind, or correct the device.',
    422,
  ),
  'kind-not-approved': entry(
    'rejection',
    'The kind could identify people, and no approval of it is on record',
    'Put the approval on record, name its reference in LAMPLIGHTER_APPROVED_KINDS and start again.',
    403,
  ),
  'wrong-topic': entry(
    'rejection',
    'The topic does not match the registry entry of the device',
    'Use the topic that the registry shows for the device.',
    422,
  ),
  // Rejections: values
  'unknown-metric': entry(
    'rejection',
    'The kind has no such metric',
    'Compare with GET /v1/kinds; the pointer names the metric.',
    422,
  ),
  'derived-metric': entry(
    'rejection',
    'The metric is computed by the platform',
    'Do not send it; the platform derives it from the other metrics.',
    422,
  ),
  'wrong-type': entry(
    'rejection',
    'The value is of the wrong type',
    'Send a finite number, true or false, or one of the labels of the kind.',
    422,
  ),
  'out-of-range': entry(
    'rejection',
    'The value is outside the physical range of the metric',
    'Check the sensor and its unit.',
    422,
  ),
  'no-values': entry(
    'rejection',
    'The reading carries no value that could be stored',
    'Send at least one metric of the kind.',
    422,
  ),
  'bad-time': entry(
    'rejection',
    'The time stamp cannot be read',
    'Send milliseconds since 1970 or an ISO 8601 time with an offset.',
    422,
  ),
  'too-old': entry(
    'rejection',
    'The time stamp is older than the policy allows',
    'Set the clock of the device, or raise LAMPLIGHTER_MAX_AGE_DAYS.',
    422,
  ),
  'in-future': entry(
    'rejection',
    'The time stamp lies ahead of the clock of the platform',
    'Set the clock of the device.',
    422,
  ),
  'bad-sequence': entry(
    'rejection',
    'The sequence number cannot be used',
    'Send seq as a whole number from 0 to 2^53 - 1 and boot as text of at most 64 characters.',
    422,
  ),
  // Rejections: device types and their scripts
  'unknown-device-type': entry(
    'rejection',
    'There is no such device type',
    'Add the device type, or correct the device; then replay its dead letters.',
    422,
  ),
  'codec-errors': entry(
    'rejection',
    'The script of the device type refused the payload',
    'Read the errors of the script; check that the device is of this type, version and port.',
    422,
  ),
  'codec-failed': entry(
    'rejection',
    'The script of the device type failed on the payload',
    'Try the payload with lamplighter codec test; correct the script, then replay the dead letter.',
    422,
  ),
  'codec-output': entry(
    'rejection',
    'The script of the device type returned something that cannot be used',
    'decodeUplink must return {"data": {...}}, flat and small; correct the script.',
    422,
  ),
  'codec-timeout': entry(
    'rejection',
    'The script of the device type does not come to an end',
    'Look for a loop without end in the script; when the host was overloaded, replay the dead letter.',
    422,
  ),
  'codec-memory': entry(
    'rejection',
    'The script of the device type needs too much memory',
    'Look for something that grows without end in the script.',
    422,
  ),
  'codec-suspended': entry(
    'rejection',
    'The script of the device type is suspended',
    'It had to be stopped repeatedly and will run again in a minute; correct it, then replay the dead letters.',
    422,
  ),
  'over-quota': entry(
    'rejection',
    'The device sends more than its quota',
    'Make it send less, or raise its quota; then replay its dead letters.',
    429,
  ),
  'journal-corrupt': entry(
    'rejection',
    'The journal record failed its checksum',
    'Check the disk; the bytes are kept for inspection.',
    500,
  ),
  'processing-failed': entry(
    'rejection',
    'The platform failed on the message',
    'Report the detail to the operator; after a fix, replay the dead letter.',
    500,
  ),
  // HTTP problems
  'bad-request': entry(
    'http',
    'The request cannot be understood',
    'Compare with /docs; the pointer names the field.',
    400,
  ),
  'query-too-large': entry(
    'http',
    'The query would return too much',
    'Use the suggested interval, or a shorter time range.',
    400,
  ),
  unauthenticated: entry(
    'http',
    'The request carries no valid credentials',
    'Send HTTP Basic of an account, or Authorization: Bearer <API key>.',
    401,
  ),
  forbidden: entry('http', 'The credentials do not allow this', 'Ask an administrator for a role that does.', 403),
  'not-found': entry(
    'http',
    'There is no such thing here',
    'Check the id; things of other departments are not shown.',
    404,
  ),
  'not-replayable': entry(
    'http',
    'The dead letter cannot be replayed',
    'Its payload was not kept, or its bytes are damaged; the device has to send the reading again.',
    409,
  ),
  conflict: entry('http', 'The request conflicts with what is there', 'Read the current state and try again.', 409),
  'too-many-requests': entry('http', 'Too many requests', 'Wait for the time that Retry-After names.', 429),
  internal: entry(
    'http',
    'The platform failed to answer',
    'Try again; if it stays, look in the log for the request id.',
    500,
  ),
  unavailable: entry(
    'http',
    'The platform cannot take this now',
    'Try again after the time that Retry-After names.',
    503,
  ),
  'examples-failed': entry(
    'http',
    'The examples of the device type fail',
    'Compare the differences that are listed; correct the script, the mapping or the examples, or send force=true.',
    422,
  ),
  // Rows of an imported file
  'bad-csv': entry(
    'http',
    'The file cannot be read as CSV',
    'Save it as comma-separated UTF-8 text with one header row.',
    422,
  ),
  'bad-column': entry(
    'http',
    'The header row is not the expected one',
    'Name the columns id, kind, latitude and longitude, and optionally department, name, intervalMs, tags, devEui, deviceType, template and quota.',
    422,
  ),
  'bad-field': entry('http', 'The field cannot be used', 'See the detail; the row and the column are named.', 422),
  'outside-area': entry(
    'http',
    'The position lies outside Hong Kong',
    'Check that latitude and longitude are not exchanged and in degrees of WGS 84.',
    422,
  ),
  'repeated-id': entry('http', 'The id appears more than once in the file', 'Keep one of the rows.', 422),
  'unknown-department': entry(
    'http',
    'There is no such department',
    'Use an id of GET /v1/departments, or leave the field empty for the department of the kind.',
    422,
  ),
  'no-way-to-device': entry(
    'http',
    'It is not known how to reach the device',
    'Wait for its first uplink, or name the network server; see docs/guides/lorawan.md.',
    409,
  ),
  'downlink-refused': entry(
    'http',
    'The network server did not take the downlink',
    'See the detail; check the address for downlinks and its key at the network server.',
    502,
  ),
  // Faults
  'bad-configuration': entry(
    'fault',
    'The configuration cannot be used',
    'Correct the variables that are named; nothing was started.',
  ),
  'store-rejected-line': entry(
    'rejection',
    'The store refused the row',
    'Look at the detail; the raw message is kept.',
    500,
  ),
  'journal-full': entry(
    'fault',
    'The journal has reached its size limit',
    'Find out why the store does not keep up; nothing is lost, devices are held back.',
  ),
  'journal-unwritable': entry(
    'fault',
    'The journal cannot be written',
    'Check the disk; no message is acknowledged until it can be written.',
  ),
  'store-unavailable': entry(
    'fault',
    'The time-series store does not answer',
    'Check the store; messages wait in the journal.',
  ),
  'store-rejected': entry(
    'fault',
    'The time-series store refused a write',
    'See the detail; the offending lines are kept as dead letters.',
  ),
  'replay-failed': entry(
    'fault',
    'The replay met an error that does not pass by itself',
    'Look in the log of the API for the id of the replay and correct the cause.',
  ),
  'registry-unavailable': entry('fault', 'The registry does not answer', 'Check the registry database.'),
  'data-directory-in-use': entry(
    'fault',
    'Another process uses the data directory',
    'Stop it, or set LAMPLIGHTER_DATA_DIR.',
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** Codes of earlier releases. They keep their meaning in stored dead letters and are never given a new one. */
export const RETIRED_CODES: readonly string[] = [];

/** An infrastructure failure. Bad input is never one of these; it is a `Rejection`. */
export class LamplighterError extends Error {
  readonly retryable: boolean;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'LamplighterError';
    this.retryable = options.retryable ?? false;
  }
}

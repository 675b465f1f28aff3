import type { DeadLetter, RawMessage } from './message.js';

/**
 * A dead letter on its way through the journal again (ADR 011). Only services may publish one: devices have no permission for the topic,
 * and the broker journals the topic for nobody else.
 */
export interface ReplayedLetter {
  /** Id of the job that sent it. The pair of job and letter is replayed once, however often it is delivered. */
  readonly job: string;
  /** What the store knows the letter by; the fields beside the id are those that it is searched by. */
  readonly letter: LetterKey;
  readonly partial: boolean;
  /** Where the letter was refused: on replay of a partial letter nothing else of the message is stored. */
  readonly pointers: readonly string[];
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** Everything that says where a store keeps a letter. */
export interface LetterKey {
  /** `<sequence>-<item>` */
  readonly id: string;
  readonly sequence: number;
  readonly source: string;
  readonly receivedAt: number;
  readonly device: string | null;
  readonly department: string | null;
  /** Code of its first rejection. */
  readonly code: string;
}

/** What a job sends of a letter that the store holds. */
export function replayedLetter(stored: DeadLetter, job: string): ReplayedLetter {
  const { id, sequence, source, receivedAt, device, department, partial, rejections, topic, payload } = stored;
  const letter = { id, sequence, source, receivedAt, device, department, code: rejections[0]?.code ?? '' };
  return { job, letter, partial, pointers: [...new Set(rejections.map(({ pointer }) => pointer))], topic, payload };
}

const PREFIX = 'lamplighter/replay/';

/** Sources may hold what a topic level may not, so they travel as base64url. */
export function replayTopic(source: string): string {
  return PREFIX + Buffer.from(source).toString('base64url');
}

export function isReplayTopic(topic: string): boolean {
  return topic.startsWith(PREFIX);
}

/** The source of a replay topic, or null when it is not one that {@link replayTopic} made. */
export function parseReplayTopic(topic: string): string | null {
  if (!isReplayTopic(topic)) return null;
  const source = Buffer.from(topic.slice(PREFIX.length), 'base64url').toString();
  return source !== '' && replayTopic(source) === topic ? source : null;
}

const FORMAT = 1;
const FIXED_BYTES = 8;

/** Layout: u32 format, u32 length of the header, header (UTF-8 JSON of everything but the payload), payload. Little-endian. */
export function encodeReplay({ payload, ...rest }: ReplayedLetter): Uint8Array {
  const header = Buffer.from(JSON.stringify(rest));
  const start = Buffer.alloc(FIXED_BYTES);
  start.writeUInt32LE(FORMAT, 0);
  start.writeUInt32LE(header.length, 4);
  return Buffer.concat([start, header, payload]);
}

/** Inverse of {@link encodeReplay}. @throws RangeError on bytes that are not an envelope */
export function decodeReplay(bytes: Uint8Array): ReplayedLetter {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (all.length < FIXED_BYTES || all.readUInt32LE(0) !== FORMAT) throw new RangeError('not a replay of format 1');
  const headerEnd = FIXED_BYTES + all.readUInt32LE(4);
  if (headerEnd > all.length) throw new RangeError('the replay is cut off');
  const rest = JSON.parse(all.toString('utf8', FIXED_BYTES, headerEnd)) as Omit<ReplayedLetter, 'payload'>;
  return { ...rest, payload: new Uint8Array(all.subarray(headerEnd)) };
}

/** The message that was refused, as it came. */
export function originalMessage({ letter, topic, payload }: ReplayedLetter): RawMessage {
  return { source: letter.source, topic, payload, receivedAt: letter.receivedAt };
}

/** Code of letters whose payload was withheld: what may not be collected is not kept either. */
const WITHHELD = 'kind-not-approved';

/** Detail of the rejections of a letter that was emptied when its time had come. */
const EXPIRED = 'Expired.';

/** Why a letter cannot be replayed; null when it can. */
export function whyNotReplayable(letter: DeadLetter): 'withheld' | 'expired' | 'damaged' | null {
  const { source, payload, rejections } = letter;
  const [first] = rejections;
  if (first?.code === WITHHELD) return 'withheld';
  if (payload.length === 0 && first?.detail === EXPIRED) return 'expired';
  return source === '' || first?.code === 'journal-corrupt' ? 'damaged' : null;
}

import type { Platform } from '../acceptance/platform.js';
import type { SentMessage } from './acknowledged-list.js';
import { isBad, temperatureOf } from './messages.js';

const PAGE = 50_000;
const DEAD_LETTER_PAGE = 1_000;
const EXAMPLES = 3;

interface LedgerCounts {
  readonly journalled: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly backlog: number;
  readonly unaccounted: number;
}

interface Ledger extends LedgerCounts {
  readonly groups?: readonly (LedgerCounts & { readonly device: string; readonly hour?: string })[];
}

/** What must never be: each entry is one way in which the platform broke its promise. Empty when it kept it. */
export type Findings = string[];

/** Compares what publishers know to be acknowledged with what the platform holds, key by key. */
export async function reconcile(
  platform: Platform,
  sent: ReadonlyMap<string, readonly SentMessage[]>,
): Promise<Findings> {
  const findings: Findings = [];
  const total = await get<Ledger>(platform, '/v1/ledger');
  const byDevice = await get<Ledger>(platform, '/v1/ledger?groupBy=device');
  const byHour = await get<Ledger>(platform, '/v1/ledger?groupBy=hour');
  findings.push(...checkIdentity('in total', total));
  for (const [device, messages] of sent) {
    const counts = byDevice.groups?.find((group) => group.device === device);
    findings.push(...(await checkDevice(platform, device, messages, counts)));
  }
  for (const group of byDevice.groups ?? []) findings.push(...checkIdentity(`of ${group.device}`, group));
  for (const group of byHour.groups ?? [])
    findings.push(...checkIdentity(`of ${group.device} in ${group.hour}`, group));
  return findings;
}

/** The identity that THREATS names, computed here again from the parts. */
function checkIdentity(of: string, counts: LedgerCounts): Findings {
  const { journalled, stored, duplicates, backlog, unaccounted } = counts;
  const deadLetters = Object.values(counts.deadLetters).reduce((sum, n) => sum + n, 0);
  const findings: Findings = [];
  if (backlog !== 0) findings.push(`the ledger ${of} has a backlog of ${backlog} after the drain`);
  if (unaccounted !== 0) findings.push(`the ledger ${of} has ${unaccounted} messages unaccounted`);
  if (journalled !== stored + duplicates + deadLetters + backlog) {
    findings.push(`the ledger ${of} does not add up: ${JSON.stringify(counts)}`);
  }
  return findings;
}

async function checkDevice(
  platform: Platform,
  device: string,
  messages: readonly SentMessage[],
  counts: LedgerCounts | undefined,
): Promise<Findings> {
  const findings: Findings = [];
  const acknowledgements = messages.reduce((sum, message) => sum + message.acknowledged, 0);
  if (counts === undefined) return acknowledgements === 0 ? [] : [`the ledger does not know ${device}`];
  if (counts.journalled < acknowledgements) {
    findings.push(`${device} had ${acknowledgements} acknowledgements, the ledger has ${counts.journalled} messages`);
  }
  const rows = await storedRows(platform, device, messages);
  findings.push(...compareRows(device, messages, rows));
  const distinct = [...rows.values()].reduce((sum, values) => sum + values.length, 0);
  if (counts.stored !== distinct)
    findings.push(`${device} has ${distinct} stored readings, the ledger counts ${counts.stored}`);
  const refused = await deadLetteredSequences(platform, device);
  const lost = messages.filter(
    (message) => message.acknowledged > 0 && isBad(message.seq) && !refused.has(message.seq),
  );
  return [...findings, ...listed(`${device}: acknowledged bad messages without a dead letter`, lost)];
}

function compareRows(device: string, messages: readonly SentMessage[], rows: Map<number, number[]>): Findings {
  const good = messages.filter((message) => !isBad(message.seq));
  const lost = good.filter((message) => message.acknowledged > 0 && !rows.has(message.ts));
  const twice = good.filter((message) => (rows.get(message.ts)?.length ?? 0) > 1);
  const wrong = good.filter((message) =>
    rows.get(message.ts)?.some((value) => Math.abs(value - temperatureOf(message.seq)) > 1e-6),
  );
  const sentTimes = new Set(good.map((message) => message.ts));
  const invented = [...rows.keys()].filter((time) => !sentTimes.has(time));
  return [
    ...listed(`${device}: ACKNOWLEDGED AND LOST`, lost),
    ...listed(`${device}: stored twice`, twice),
    ...listed(`${device}: stored with another value`, wrong),
    ...(invented.length === 0
      ? []
      : [`${device}: ${invented.length} stored readings that were never sent, such as that of ${invented[0]}`]),
  ];
}

function listed(what: string, messages: readonly SentMessage[]): Findings {
  if (messages.length === 0) return [];
  const examples = messages.slice(0, EXAMPLES).map(({ seq, ts }) => `seq ${seq} of ${new Date(ts).toISOString()}`);
  return [`${what}: ${messages.length} (${examples.join(', ')}${messages.length > EXAMPLES ? ', ...' : ''})`];
}

/** Temperatures by event time, through the API as a department would read them. */
async function storedRows(
  platform: Platform,
  device: string,
  messages: readonly SentMessage[],
): Promise<Map<number, number[]>> {
  const rows = new Map<number, number[]>();
  const from = new Date(messages[0]!.ts).toISOString();
  const to = new Date(messages.at(-1)!.ts + 1).toISOString();
  let cursor: string | null = null;
  do {
    const page: { readings: { time: string; value: number }[]; next: string | null } = await get(
      platform,
      `/v1/devices/${device}/readings?metric=temperature&from=${from}&to=${to}&limit=${PAGE}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { time, value } of page.readings) {
      const at = Date.parse(time);
      rows.set(at, [...(rows.get(at) ?? []), value]);
    }
    cursor = page.next;
  } while (cursor !== null);
  return rows;
}

async function deadLetteredSequences(platform: Platform, device: string): Promise<Set<number>> {
  const sequences = new Set<number>();
  let cursor: string | null = null;
  do {
    const page: { deadLetters: { payloadText: string | null }[]; next: string | null } = await get(
      platform,
      `/v1/dead-letters?device=${device}&limit=${DEAD_LETTER_PAGE}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { payloadText } of page.deadLetters) {
      if (payloadText !== null) sequences.add((JSON.parse(payloadText) as { seq: number }).seq);
    }
    cursor = page.next;
  } while (cursor !== null);
  return sequences;
}

async function get<T>(platform: Platform, path: string): Promise<T> {
  const answer = await platform.request('GET', path);
  if (answer.status !== 200)
    throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
  return answer.body as T;
}

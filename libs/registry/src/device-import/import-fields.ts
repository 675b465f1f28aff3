import { parseQuota, type Quota, TOPIC_LEVEL, type ErrorCode } from '#core';
import { nearestName, type Kind } from '#kinds';
import type { DeviceTemplate } from '../onboarding.js';

export interface ImportContext {
  readonly kinds: readonly Pick<Kind, 'name' | 'department'>[];
  /** Ids of the departments that there are. */
  readonly departments: readonly string[];
  /** Which of these ids the registry has already; asked in batches. */
  registered(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Which of these DevEUIs, in lower case, devices have already. Without it none is asked about. */
  registeredEuis?(euis: readonly string[]): Promise<ReadonlySet<string>>;
  /** Templates that the file may name. */
  readonly templates?: readonly DeviceTemplate[];
  /** Kinds of the device types that there are, by id. Without it any type is taken. */
  readonly deviceTypes?: ReadonlyMap<string, string>;
  /** Told how many rows have been looked at. */
  checked?(rows: number): void;
  /** Why devices of a kind may not be registered; null when they may. */
  refusalOf?(kind: string): string | null;
}

export interface ImportFault {
  /** As a spreadsheet numbers it: the header is row 1. Rows that are empty count. */
  readonly row: number;
  /** Name of the column in the platform's words; null when the whole row, or the file, is meant. */
  readonly column: string | null;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly actual: string | null;
}

export const COLUMNS = [
  'id',
  'kind',
  'department',
  'latitude',
  'longitude',
  'name',
  'intervalMs',
  'tags',
  'devEui',
  'deviceType',
  'template',
  'quota',
] as const;
export type Column = (typeof COLUMNS)[number];

export const CLAIM_COLUMNS = [
  'kind',
  'department',
  'template',
  'id',
  'idPrefix',
  'devEui',
  'deviceType',
  'count',
  'expiresInDays',
] as const;
export type ClaimColumn = (typeof CLAIM_COLUMNS)[number];

/** What other systems call the columns; compared without case, spaces and punctuation. */
const ALIASES: Readonly<Record<string, Column>> = {
  deviceid: 'id',
  device: 'id',
  lamppostnumber: 'id',
  type: 'kind',
  dept: 'department',
  owner: 'department',
  lat: 'latitude',
  lng: 'longitude',
  lon: 'longitude',
  long: 'longitude',
  title: 'name',
  devicename: 'name',
  location: 'name',
  interval: 'intervalMs',
  tag: 'tags',
  labels: 'tags',
  eui: 'devEui',
  model: 'deviceType',
  limit: 'quota',
};

/** Words that mean the kind, unless the file has a column that is called kind: then they mean the model. */
const KIND_OR_MODEL: ReadonlySet<string> = new Set(['type', 'devicetype']);

/** The rectangle around the territory and its waters, degrees of WGS 84. */
const AREA = { south: 22.1, north: 22.6, west: 113.8, east: 114.5 } as const;

const MAX_INTERVAL_MS = 7 * 24 * 3_600_000;
const MAX_NAME = 200;
const MAX_TAGS = 50;

export type Field<T> = { readonly value: T } | { readonly code: ImportFault['code']; readonly detail: string };

/** The columns of a header row; null for a name that is none of those that the file may have. */
export function columnsOf<C extends Column | ClaimColumn>(
  header: readonly string[],
  known: readonly C[],
): (C | null)[] {
  const names = header.map(plainOf);
  const hasKind = names.includes('kind');
  // Before there was a column deviceType, a file could call the kind so.
  const ambiguous = (name: string): Column =>
    hasKind || (name === 'devicetype' && names.includes('type')) ? 'deviceType' : 'kind';
  return names.map((name) => {
    const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name]! : name;
    const meant = KIND_OR_MODEL.has(name) ? ambiguous(name) : alias;
    return known.find((column) => column.toLowerCase() === meant.toLowerCase()) ?? null;
  });
}

function plainOf(header: string): string {
  return header.toLowerCase().replace(/[^a-z0-9]/g, '');
}

export function readId(text: string): Field<string> {
  if (text === '') return bad('an id is needed');
  if (TOPIC_LEVEL.test(text)) return { value: text };
  return bad('an id is 1 to 64 letters, digits, dots, hyphens and underscores and starts with a letter or digit');
}

export function readKind(text: string, { kinds }: ImportContext): Field<string> {
  const names = kinds.map((kind) => kind.name);
  if (names.includes(text)) return { value: text };
  return { code: 'unknown-kind', detail: `'${text}' is not a kind${suggestion(text, names)}` };
}

/** An empty field means the department that owns devices of the kind. */
export function readDepartment(text: string, kindName: string, { kinds, departments }: ImportContext): Field<string> {
  const department = text === '' ? (kinds.find((kind) => kind.name === kindName)?.department ?? '') : text;
  if (departments.includes(department)) return { value: department };
  return {
    code: 'unknown-department',
    detail: `'${department}' is not a department${suggestion(department, departments)}`,
  };
}

export function readLatitude(text: string): Field<number> {
  return readDegrees(text, 90, AREA.south, AREA.north);
}

export function readLongitude(text: string): Field<number> {
  return readDegrees(text, 180, AREA.west, AREA.east);
}

export function readInterval(text: string): Field<number | undefined> {
  if (text === '') return { value: undefined };
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MAX_INTERVAL_MS) return { value };
  return bad(`an interval is a whole number of milliseconds from 1 to ${MAX_INTERVAL_MS}`);
}

export function readName(text: string): Field<string | undefined> {
  if (text.length > MAX_NAME) return bad(`a name has at most ${MAX_NAME} characters`);
  return { value: text === '' ? undefined : text };
}

/** 16 hexadecimal digits, with or without separators, as network servers and labels write them. */
export function readDevEui(text: string): Field<string | undefined> {
  if (text === '') return { value: undefined };
  const plain = text.replace(/[\s:-]/g, '').toLowerCase();
  return /^[0-9a-f]{16}$/.test(plain) ? { value: plain } : bad('a DevEUI is 16 hexadecimal digits');
}

export function readDeviceType(
  text: string,
  kind: string | undefined,
  { deviceTypes }: ImportContext,
): Field<string | undefined> {
  if (text === '') return { value: undefined };
  if (!TOPIC_LEVEL.test(text)) return bad('a device type is named by its id');
  if (deviceTypes === undefined) return { value: text };
  const ofType = deviceTypes.get(text);
  if (ofType === undefined) return bad(`'${text}' is not a device type${suggestion(text, [...deviceTypes.keys()])}`);
  return kind === undefined || ofType === kind
    ? { value: text }
    : bad(`'${text}' is a device type of kind '${ofType}'`);
}

export function readTemplate(text: string, { templates = [] }: ImportContext): Field<DeviceTemplate | undefined> {
  if (text === '') return { value: undefined };
  const found = templates.find(({ id }) => id === text);
  if (found !== undefined) return { value: found };
  const names = templates.map(({ id }) => id);
  return bad(
    names.length === 0 ? `there is no template '${text}'` : `'${text}' is not a template${suggestion(text, names)}`,
  );
}

export function readIdPrefix(text: string): Field<string | undefined> {
  if (text === '') return { value: undefined };
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(text)) return { value: text };
  return bad('an idPrefix is 1 to 32 letters, digits, dots, hyphens and underscores and starts with a letter or digit');
}

export function readClaimCount(text: string): Field<number | undefined> {
  return readWhole(text, 1_000, 'a count');
}

export function readClaimDays(text: string): Field<number | undefined> {
  return readWhole(text, 365, 'the time of a claim, in days,');
}

function readWhole(text: string, max: number, what: string): Field<number | undefined> {
  if (text === '') return { value: undefined };
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return { value };
  return bad(`${what} is a whole number from 1 to ${max}`);
}

export function readQuota(text: string): Field<Quota | undefined> {
  if (text === '') return { value: undefined };
  const value = parseQuota(text);
  return value === null ? bad('a quota is messagesPerMinute[:burst[:bytesPerDay]], such as 60:120') : { value };
}

/** `key=value;key=value`, or a JSON object whose values are text. */
export function readTags(text: string): Field<Record<string, string> | undefined> {
  if (text === '') return { value: undefined };
  const entries = text.startsWith('{') ? entriesOfJson(text) : entriesOfPairs(text);
  if (entries === null) return bad('tags are key=value;key=value, or a JSON object of text');
  if (entries.length > MAX_TAGS) return bad(`a device has at most ${MAX_TAGS} tags`);
  // Not an assignment: a key '__proto__' must become a key like any other (THREATS 12).
  return { value: Object.fromEntries(entries) };
}

function readDegrees(text: string, bound: number, from: number, to: number): Field<number> {
  const value = Number(text);
  if (!/^[+-]?\d+(\.\d+)?$/.test(text) || Math.abs(value) > bound)
    return bad(`degrees are a decimal number from -${bound} to ${bound}`);
  if (value < from || value > to)
    return { code: 'outside-area', detail: `Hong Kong lies between ${from} and ${to} degrees` };
  return { value };
}

function entriesOfPairs(text: string): [string, string][] | null {
  const entries: [string, string][] = [];
  for (const pair of text.split(';')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    const key = pair.slice(0, Math.max(at, 0)).trim();
    if (key === '') return null;
    entries.push([key, pair.slice(at + 1).trim()]);
  }
  return entries;
}

function entriesOfJson(text: string): [string, string][] | null {
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string') ? entries : null;
  } catch {
    return null;
  }
}

function suggestion(text: string, names: readonly string[]): string {
  const near = nearestName(text, names);
  return near === null ? `; there are ${names.join(', ')}` : `; did you mean '${near}'?`;
}

function bad(detail: string): { code: 'bad-field'; detail: string } {
  return { code: 'bad-field', detail };
}

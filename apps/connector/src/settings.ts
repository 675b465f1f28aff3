import { readFileSync } from 'node:fs';
import { variable } from '#core';
import {
  type BusSettings,
  busSettings,
  busVariables,
  dataDirectory,
  type Environment,
  type ProcessSettings,
  processSettings,
  processVariables,
  readSettings,
} from '#service';

export const SERVICE = 'connector';

const DECLARATION = {
  ...processVariables,
  ...busVariables,
  LAMPLIGHTER_THINGS_STACK_URL: variable.text(''),
  LAMPLIGHTER_THINGS_STACK_USERNAME: variable.text(''),
  LAMPLIGHTER_THINGS_STACK_KEY: variable.optional(),
  LAMPLIGHTER_THINGS_STACK_KEY_FILE: variable.optional(),
};

/** One application of The Things Stack. */
export interface Application {
  readonly url: string;
  /** `{application}@{tenant}`, or without the tenant. */
  readonly username: string;
  readonly key: string;
}

export interface ConnectorSettings extends ProcessSettings, BusSettings {
  /** At least one; each user name once. */
  readonly applications: readonly Application[];
}

/** With or without tenant. */
const USERNAME = /^[a-z0-9][a-z0-9-]{1,35}(?:@[a-z0-9][a-z0-9-]{1,35})?$/;

/**
 * Everything the process is told, checked before anything is opened.
 *
 * @throws LamplighterError `bad-configuration` that lists all faults at once, and never shows the key
 */
export function settingsOf(environment: Environment): ConnectorSettings {
  return readSettings('The connector', environment, DECLARATION, (values, faults) => {
    const data = dataDirectory(values.LAMPLIGHTER_DATA_DIR);
    return {
      applications: applicationsOf(values, faults),
      ...busSettings(values, data, faults),
      ...processSettings(SERVICE, values, data),
    };
  });
}

type Values = Readonly<
  Record<'LAMPLIGHTER_THINGS_STACK_URL' | 'LAMPLIGHTER_THINGS_STACK_USERNAME', string> &
    Record<'LAMPLIGHTER_THINGS_STACK_KEY' | 'LAMPLIGHTER_THINGS_STACK_KEY_FILE', string | undefined>
>;

/** Lists with commas in between: of one application nobody sees that they are lists. */
function applicationsOf(values: Values, faults: string[]): Application[] {
  const usernames = listOf(values.LAMPLIGHTER_THINGS_STACK_USERNAME);
  const urls = listOf(values.LAMPLIGHTER_THINGS_STACK_URL);
  if (!urls.every(isMqttUrl)) {
    faults.push(
      'LAMPLIGHTER_THINGS_STACK_URL: expected mqtts://host:8883 (mqtt:// sends the key in clear), without user and password',
    );
  } else if (urls.length !== 1 && urls.length !== usernames.length)
    faults.push(`LAMPLIGHTER_THINGS_STACK_URL: expected one address, or one for each of the ${count(usernames)}`);
  if (!usernames.every((username) => USERNAME.test(username)))
    faults.push('LAMPLIGHTER_THINGS_STACK_USERNAME: expected application@tenant, several with commas in between');
  const twice = usernames.find((username, index) => usernames.indexOf(username) < index);
  if (twice !== undefined) faults.push(`LAMPLIGHTER_THINGS_STACK_USERNAME: '${twice}' is there twice`);
  const keys = keysOf(values.LAMPLIGHTER_THINGS_STACK_KEY, values.LAMPLIGHTER_THINGS_STACK_KEY_FILE, usernames, faults);
  return usernames.map((username, index) => ({
    url: urls.length === 1 ? urls[0]! : (urls[index] ?? ''),
    username,
    key: keys[index] ?? '',
  }));
}

function listOf(text: string): string[] {
  return text.split(',').map((each) => each.trim());
}

function count({ length }: readonly string[]): string {
  return length === 1 ? '1 application' : `${length} applications`;
}

function isMqttUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return (protocol === 'mqtts:' || protocol === 'mqtt:') && hostname !== '' && username === '' && password === '';
}

function keysOf(
  key: string | undefined,
  file: string | undefined,
  usernames: readonly string[],
  faults: string[],
): readonly (string | null)[] {
  if ((key === undefined) === (file === undefined)) {
    faults.push('LAMPLIGHTER_THINGS_STACK_KEY or LAMPLIGHTER_THINGS_STACK_KEY_FILE: expected one of them');
    return [];
  }
  const name = key === undefined ? 'LAMPLIGHTER_THINGS_STACK_KEY_FILE' : 'LAMPLIGHTER_THINGS_STACK_KEY';
  const list = listOf(key ?? file!);
  if (list.length !== usernames.length) {
    faults.push(`${name}: expected one for each of the ${count(usernames)}, in the same order, not ${list.length}`);
    return [];
  }
  const keys = key === undefined ? list.map((path) => readKey(path, faults)) : list;
  if (keys.includes('')) faults.push(`${name}: ${key === undefined ? 'a file is empty' : 'one of them is empty'}`);
  return keys;
}

function readKey(file: string, faults: string[]): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    faults.push(`LAMPLIGHTER_THINGS_STACK_KEY_FILE: ${(error as Error).message}`);
    return null;
  }
}

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

export interface ConnectorSettings extends ProcessSettings, BusSettings {
  readonly thingsStack: {
    readonly url: string;
    readonly username: string;
    readonly key: string;
  };
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
    const url = values.LAMPLIGHTER_THINGS_STACK_URL;
    const username = values.LAMPLIGHTER_THINGS_STACK_USERNAME;
    if (!isMqttUrl(url)) {
      faults.push(
        'LAMPLIGHTER_THINGS_STACK_URL: expected mqtts://host:8883 (mqtt:// sends the key in clear), without user and password',
      );
    }
    if (!USERNAME.test(username)) faults.push('LAMPLIGHTER_THINGS_STACK_USERNAME: expected application@tenant');
    const key = keyOf(values.LAMPLIGHTER_THINGS_STACK_KEY, values.LAMPLIGHTER_THINGS_STACK_KEY_FILE, faults);
    return {
      thingsStack: { url, username, key },
      ...busSettings(values, data, faults),
      ...processSettings(SERVICE, values, data),
    };
  });
}

function isMqttUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return (protocol === 'mqtts:' || protocol === 'mqtt:') && hostname !== '' && username === '' && password === '';
}

function keyOf(key: string | undefined, file: string | undefined, faults: string[]): string {
  if ((key === undefined) === (file === undefined)) {
    faults.push('LAMPLIGHTER_THINGS_STACK_KEY or LAMPLIGHTER_THINGS_STACK_KEY_FILE: expected one of them');
    return '';
  }
  const text = key ?? readKey(file!, faults);
  if (text === '') faults.push('LAMPLIGHTER_THINGS_STACK_KEY_FILE: the file is empty');
  return text ?? '';
}

function readKey(file: string, faults: string[]): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    faults.push(`LAMPLIGHTER_THINGS_STACK_KEY_FILE: ${(error as Error).message}`);
    return null;
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { settingsOf } from './settings.js';

describe('settings of the connector', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lamplighter-connector-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const good = {
    LAMPLIGHTER_DATA_DIR: directory,
    LAMPLIGHTER_THINGS_STACK_URL: 'mqtts://eu1.cloud.thethings.network:8883',
    LAMPLIGHTER_THINGS_STACK_USERNAME: 'street-lamps@ttn',
    LAMPLIGHTER_THINGS_STACK_KEY: 'NNSXS.canary',
  };

  it('takes the key from the environment or from a file', () => {
    expect(settingsOf(good).thingsStack).toEqual({
      url: 'mqtts://eu1.cloud.thethings.network:8883',
      username: 'street-lamps@ttn',
      key: 'NNSXS.canary',
    });
    const file = join(directory, 'key');
    writeFileSync(file, 'NNSXS.of-the-file\n');
    const fromFile = { ...good, LAMPLIGHTER_THINGS_STACK_KEY: '', LAMPLIGHTER_THINGS_STACK_KEY_FILE: file };
    expect(settingsOf(fromFile).thingsStack.key).toBe('NNSXS.of-the-file');
  });

  it('names every fault at once, and never the key', () => {
    const bad = {
      ...good,
      LAMPLIGHTER_THINGS_STACK_URL: 'https://eu1.cloud.thethings.network',
      LAMPLIGHTER_THINGS_STACK_USERNAME: 'Street Lamps/#',
      LAMPLIGHTER_THINGS_STACK_KEY_FILE: join(directory, 'absent'),
    };
    const act = (): unknown => settingsOf(bad);
    expect(act).toThrow(/THINGS_STACK_URL[^]*THINGS_STACK_USERNAME[^]*THINGS_STACK_KEY/);
    expect(act).not.toThrow(/canary/);
  });

  it.each([
    ['mqtts://user:secret@host:8883', /without user and password/],
    ['', /THINGS_STACK_URL/],
  ])('refuses the address %j', (url, expected) => {
    expect(() => settingsOf({ ...good, LAMPLIGHTER_THINGS_STACK_URL: url })).toThrow(expected);
  });

  it('says which key file cannot be read', () => {
    const absent = { ...good, LAMPLIGHTER_THINGS_STACK_KEY: '', LAMPLIGHTER_THINGS_STACK_KEY_FILE: '/absent/key' };
    expect(() => settingsOf(absent)).toThrow(/KEY_FILE: ENOENT/);
    const none = { ...good, LAMPLIGHTER_THINGS_STACK_KEY: '' };
    expect(() => settingsOf(none)).toThrow(/expected one of them/);
  });
});

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
    expect(settingsOf(good).applications).toEqual([
      { url: 'mqtts://eu1.cloud.thethings.network:8883', username: 'street-lamps@ttn', key: 'NNSXS.canary' },
    ]);
    const file = join(directory, 'key');
    writeFileSync(file, 'NNSXS.of-the-file\n');
    const fromFile = { ...good, LAMPLIGHTER_THINGS_STACK_KEY: '', LAMPLIGHTER_THINGS_STACK_KEY_FILE: file };
    expect(settingsOf(fromFile).applications[0]!.key).toBe('NNSXS.of-the-file');
  });

  it('takes several applications as lists, of one server or of one each', () => {
    const several = {
      ...good,
      LAMPLIGHTER_THINGS_STACK_USERNAME: 'street-lamps@ttn, bins@ttn',
      LAMPLIGHTER_THINGS_STACK_KEY: 'NNSXS.canary-1,NNSXS.canary-2',
    };
    const url = good.LAMPLIGHTER_THINGS_STACK_URL;
    expect(settingsOf(several).applications).toEqual([
      { url, username: 'street-lamps@ttn', key: 'NNSXS.canary-1' },
      { url, username: 'bins@ttn', key: 'NNSXS.canary-2' },
    ]);
    const [first, second] = ['mqtts://one.example:8883', 'mqtts://two.example:8883'];
    const apart = { ...several, LAMPLIGHTER_THINGS_STACK_URL: `${first},${second}` };
    expect(settingsOf(apart).applications.map((each) => each.url)).toEqual([first, second]);
    const [fileA, fileB] = ['key-a', 'key-b'].map((name) => join(directory, name)) as [string, string];
    writeFileSync(fileA, 'NNSXS.a\n');
    writeFileSync(fileB, 'NNSXS.b\n');
    const files = {
      ...several,
      LAMPLIGHTER_THINGS_STACK_KEY: '',
      LAMPLIGHTER_THINGS_STACK_KEY_FILE: `${fileA},${fileB}`,
    };
    expect(settingsOf(files).applications.map(({ key }) => key)).toEqual(['NNSXS.a', 'NNSXS.b']);
  });

  it.each([
    [
      { LAMPLIGHTER_THINGS_STACK_USERNAME: 'a1@ttn,b1@ttn' },
      /THINGS_STACK_KEY: expected one for each of the 2 applications/,
    ],
    [{ LAMPLIGHTER_THINGS_STACK_KEY: 'NNSXS.canary,NNSXS.canary-2' }, /THINGS_STACK_KEY: expected one/],
    [
      { LAMPLIGHTER_THINGS_STACK_USERNAME: 'a1@ttn,a1@ttn', LAMPLIGHTER_THINGS_STACK_KEY: 'x,y' },
      /'a1@ttn' is there twice/,
    ],
    [{ LAMPLIGHTER_THINGS_STACK_URL: 'mqtt://a,mqtt://b' }, /THINGS_STACK_URL: expected one address, or one for each/],
    [{ LAMPLIGHTER_THINGS_STACK_USERNAME: 'a1@ttn,', LAMPLIGHTER_THINGS_STACK_KEY: 'x,y' }, /THINGS_STACK_USERNAME/],
  ])('says what is wrong with lists: %j', (change, expected) => {
    const act = (): unknown => settingsOf({ ...good, ...change });
    expect(act).toThrow(expected);
    expect(act).not.toThrow(/canary/);
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

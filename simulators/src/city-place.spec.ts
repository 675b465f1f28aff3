import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPIC_LEVEL } from '#core';
import { buildCity } from './city.js';
import { named, takeCityPlace } from './city-place.js';
import { applicationOf, devEuiOf, serverIdOf } from './network-server/names.js';

describe('the places of simulated cities', () => {
  let data: string;
  beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'cities-'))));
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it('are taken one after the other, and found again with their keys', () => {
    const first = takeCityPlace(data);
    const second = takeCityPlace(data);
    expect([first.name, second.name]).toEqual(['', '2']);
    expect(first.credentialFile).toBe(join(data, 'simulator', 'credentials.json'));
    expect(second.credentialFile).not.toBe(first.credentialFile);
    first.release();
    const again = takeCityPlace(data);
    expect(again).toMatchObject({ name: '', credentialFile: first.credentialFile });
    expect(takeCityPlace(data).name).toBe('3');
  });

  it('are free when the process that had them was killed', () => {
    takeCityPlace(data).release();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(data, 'simulator', 'city-1.pid'), String(pid));
    expect(takeCityPlace(data).name).toBe('');
    expect(existsSync(join(data, 'simulator', 'city-1.pid'))).toBe(true);
  });

  it.each(['hong-kong', 'another-seed'])('give a city of seed %s names that the first one has not', (seed) => {
    const first = buildCity(1_000, 'hong-kong');
    const second = named(buildCity(1_000, seed), '2');
    const namesOf = (city: typeof second): string[] =>
      city.flatMap(({ id, server }) => [id, devEuiOf(id), serverIdOf(server), applicationOf(server).id]);
    const taken = new Set(namesOf(first));
    expect(namesOf(second).filter((name) => taken.has(name))).toEqual([]);
    expect(new Set(second.map(({ id }) => id)).size).toBe(1_000);
    for (const { id } of second) expect(id).toMatch(TOPIC_LEVEL);
    expect(named(first, '')).toBe(first);
  });
});

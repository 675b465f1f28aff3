import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '#core/testing';
import { cut, expectedLedger, readLedger, SCHEMA } from '../contract/samples.contract.js';
import { DuckDbTelemetryStore, type Recovery } from './index.js';

const COMMITTER = join(import.meta.dirname, '../../test/committer.mjs');
const TYPESCRIPT = join(import.meta.dirname, '../../../journal/test/typescript.mjs');

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamplighter-duckdb-'));
  path = join(folder, 'telemetry.duckdb');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Commits in another process for about `ms` after the first commit, then kill -9. Resolves with the last position it reported. */
async function commitAndKill(ms: number): Promise<number> {
  const command = ['--conditions=source', '--import', TYPESCRIPT, COMMITTER, path];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const first = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      resolve();
    });
  });
  await Promise.race([first, once(child, 'exit')]);
  await pause(ms);
  child.kill('SIGKILL');
  await once(child, 'close');
  const lines = output.split('\n').filter((line) => line.startsWith('committed '));
  return Number(lines.at(-1)?.slice('committed '.length));
}

describe('kill -9', () => {
  it('T22 leaves rows, dead letters, counts and position agreeing, and nothing that was committed is gone', async () => {
    let before = 0;
    for (let kill = 0; kill < 10; kill++) {
      const reported = await commitAndKill(20 + ((kill * 37) % 150));
      const store = await DuckDbTelemetryStore.open({ path, schema: SCHEMA, onRecovery: unexpected });
      const next = (await store.position('ingest'))!.nextSequence;
      expect(next).toBeGreaterThanOrEqual(reported);
      expect(reported).toBeGreaterThan(before);
      expect(await readLedger(store)).toEqual(expectedLedger(next));
      before = next;
      await store.close();
    }
  }, 300_000);
});

describe('damaged files', () => {
  /** Files as a killed process leaves them: 20 messages in the file, 20 more in the log. */
  async function leaveBehind(): Promise<void> {
    const source = join(folder, 'source.duckdb');
    const first = await DuckDbTelemetryStore.open({ path: source, schema: SCHEMA });
    await first.commit(cut(0, 20));
    await first.close();
    const second = await DuckDbTelemetryStore.open({ path: source, schema: SCHEMA });
    await second.commit(cut(20, 30));
    await second.commit(cut(30, 40));
    copyFileSync(source, path);
    copyFileSync(`${source}.wal`, `${path}.wal`);
    await second.close();
  }

  async function openAndCount(): Promise<{ next: number; recoveries: Recovery[] }> {
    const recoveries: Recovery[] = [];
    const store = await DuckDbTelemetryStore.open({
      path,
      schema: SCHEMA,
      onRecovery: (recovery) => recoveries.push(recovery),
    });
    const next = (await store.position('ingest'))?.nextSequence ?? 0;
    expect(await readLedger(store)).toEqual(expectedLedger(next));
    // What is lost comes again from the journal.
    await store.commit(cut(next, 50));
    expect(await readLedger(store)).toEqual(expectedLedger(50));
    await store.close();
    return { next, recoveries };
  }

  it('replays the log of a killed process', async () => {
    await leaveBehind();
    expect(await openAndCount()).toEqual({ next: 40, recoveries: [] });
  });

  it('T23 cuts a torn tail of the log: whole commits stay', async () => {
    await leaveBehind();
    truncateSync(`${path}.wal`, statSync(`${path}.wal`).size - 100);
    expect((await openAndCount()).next).toBe(30);
  });

  it.each([0.2, 0.5, 0.8])(
    'T23 survives a flipped byte at %d of the log: a prefix of whole commits stays',
    async (at) => {
      await leaveBehind();
      flip(`${path}.wal`, at);
      const { next, recoveries } = await openAndCount();
      expect([20, 30]).toContain(next);
      if (next === 20)
        expect(recoveries).toEqual([
          expect.objectContaining({ damaged: 'wal', quarantined: [expect.stringContaining('.wal.corrupt-')] }),
        ]);
    },
  );

  it.each(['not a database', ''])('T23 puts a file of %j aside and starts empty, saying so', async (content) => {
    await leaveBehind();
    writeFileSync(path, content.padEnd(5000, content));
    const { next, recoveries } = await openAndCount();
    expect(next).toBe(0);
    expect(recoveries.at(-1)).toMatchObject({ damaged: 'file', reason: expect.any(String) });
    for (const { quarantined } of recoveries) for (const file of quarantined) expect(existsSync(file)).toBe(true);
  });

  it('puts nothing aside when the file is only in use', async () => {
    const child = spawn(process.execPath, ['--conditions=source', '--import', TYPESCRIPT, COMMITTER, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(DuckDbTelemetryStore.open({ path, schema: SCHEMA, onRecovery: unexpected })).rejects.toMatchObject({
      code: 'data-directory-in-use',
    });
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(readdirSync(folder).filter((file) => file.includes('corrupt'))).toEqual([]);
  });
});

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length * at)]! ^= 0xff;
  writeFileSync(file, bytes);
}

function unexpected(recovery: Recovery): never {
  throw new Error(`nothing should be put aside: ${recovery.reason}`);
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { pause, PATIENCE_MS, until } from '#core/testing';
import { append, appendAll, rawMessage, readAll } from '../journal.contract.js';
import { openJournal, openJournalReader } from './index.js';

const FIXTURES = join(import.meta.dirname, '../../test');
const PAGE = 4096;

let directory: string;
let children: ChildProcess[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** Arguments for Node. */
const fixture = (script: string): string[] => [
  '--conditions=source',
  '--import',
  join(FIXTURES, 'typescript.mjs'),
  join(FIXTURES, script),
];

/** Runs `writer.mjs`; `lines` grows with what it says. */
function startWriter(options: { args?: string[]; limitKiB?: number } = {}) {
  const command = [process.execPath, ...fixture('writer.mjs'), directory, ...(options.args ?? [])];
  const limit = options.limitKiB === undefined ? '' : `ulimit -S -f ${options.limitKiB * 2};`;
  const child = spawn('/bin/sh', ['-c', `${limit} exec "$@"`, 'sh', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const said = async (test: (line: string) => boolean): Promise<void> => {
    await until(
      `the writer to say what makes ${test.toString()} true`,
      () => lines.slice(-5),
      () => lines.some(test),
      { withinMs: 2 * PATIENCE_MS },
    );
  };
  const acknowledged = (): number[] =>
    lines.filter((line) => line.startsWith('ack ')).map((line) => Number(line.slice(4)));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  return { child, lines, said, acknowledged, kill };
}

describe('the one writer', () => {
  it('refuses a second one while it lives, and not after kill -9', async () => {
    const writer = startWriter();
    await writer.said((line) => line.startsWith('ack'));
    await expect(openJournal(directory)).rejects.toMatchObject({ code: 'data-directory-in-use' });
    await writer.kill();
    const journal = await openJournal(directory);
    await expect(openJournal(directory)).rejects.toMatchObject({ code: 'data-directory-in-use' });
    await journal.close();
    await (await openJournal(directory)).close();
  });

  it('T22 has every acknowledged message after kill -9, again and again', async () => {
    for (let round = 0; round < 3; round++) {
      const writer = startWriter();
      await writer.said((line) => line.startsWith('ack'));
      await pause(100);
      await writer.kill();
      const reader = await openJournalReader(directory);
      const last = Math.max(...writer.acknowledged());
      expect(reader.state().nextSequence).toBeGreaterThan(last);
      await reader.close();
    }
    const reader = await openJournalReader(directory);
    const total = reader.state().nextSequence;
    const records = await readAll(await reader.consumer('check'), total);
    expect(records.map((r) => Buffer.from(r.payload).toString().split(' ')[1])).toEqual(
      records.map((r) => String(r.sequence)),
    );
    expect(records).toHaveLength(total);
    expect((await reader.tally({})).reduce((sum, entry) => sum + entry.messages, 0)).toBe(total);
    await reader.close();
  });

  it('is read from another process while it writes', async () => {
    const opening = openJournalReader(directory, { waitMs: 2 * PATIENCE_MS });
    const writer = startWriter({ args: ['2000'] });
    const reader = await opening;
    const consumer = await reader.consumer('ingest');
    await writer.said((line) => line.startsWith('ack'));
    let read = 0;
    while (read < 2000) {
      const batch = await consumer.read({ maxMessages: 300, waitMs: PATIENCE_MS });
      for (const record of batch.records) expect(record.sequence).toBe(read++);
      expect(batch.records.length).toBeGreaterThan(0);
      await consumer.commit(batch.next);
    }
    expect(consumer.backlog()).toBe(0);
    await reader.close();
  });

  it('a reader says that there is no journal yet', async () => {
    const noneYet = { code: 'journal-unwritable', retryable: true };
    const beingMade = join(directory, 'being-made');
    mkdirSync(beingMade);
    for (const file of ['data.mdb', 'lock.mdb']) writeFileSync(join(beingMade, file), '');
    await expect(openJournalReader(join(directory, 'none'))).rejects.toMatchObject(noneYet);
    await expect(openJournalReader(beingMade)).rejects.toMatchObject(noneYet);
    await (await openJournal(beingMade)).close();
    await (await openJournalReader(beingMade)).close();
  });

  it('a reader that waits for a journal survives a memory allocator that overwrites what was freed', async () => {
    // lmdb itself reads freed memory when it opens what is not there; glibc then gives it 0x55 in every byte.
    const env = { ...process.env, MALLOC_PERTURB_: '170' };
    const { stdout } = await promisify(execFile)(process.execPath, [...fixture('early-reader.mjs'), directory], {
      env,
    });
    expect(stdout).toBe('refused 50\n');
  });

  it('what is no journal, or may not be made into one, is refused with its place', async () => {
    const place = (text: string) => ({ code: 'journal-unwritable', message: expect.stringContaining(text) });
    for (const file of ['data.mdb', 'lock.mdb']) writeFileSync(join(directory, file), Buffer.alloc(3 * PAGE, file));
    await expect(openJournalReader(directory)).rejects.toMatchObject(place(join(directory, 'data.mdb')));
    await expect(openJournal(directory)).rejects.toMatchObject(place(join(directory, 'data.mdb')));
    const underAFile = join(directory, 'data.mdb', 'journal');
    await expect(openJournal(underAFile)).rejects.toMatchObject(place(underAFile));
  });
});

describe('a full disk', () => {
  it('T21 no acknowledgement while there is no room, and recovery by itself', async () => {
    const writer = startWriter({ args: ['Infinity', '20000'], limitKiB: 2048 });
    await writer.said((line) => line === 'state unwritable');
    const held = writer.acknowledged().length;
    await pause(1_500);
    expect(writer.acknowledged().length).toBe(held);
    expect(writer.child.exitCode).toBeNull();

    // Raise the limit of the running process, as an operator would make room.
    const raised = spawn('prlimit', ['--pid', String(writer.child.pid), '--fsize=1000000000:']);
    await once(raised, 'close');
    await writer.said((line) => line === 'state writable');
    await writer.said((line) => line === `ack ${held + 20}`);
    await writer.kill();
    const reader = await openJournalReader(directory);
    const records = await readAll(await reader.consumer('check'), reader.state().nextSequence);
    expect(records.map((r) => r.sequence)).toEqual(records.map((_, i) => i));
    expect(records.length).toBeGreaterThan(Math.max(...writer.acknowledged()));
    await reader.close();
  });
});

describe('a torn tail', () => {
  async function journalOfLargeFrames(): Promise<void> {
    const journal = await openJournal(directory);
    for (let n = 0; n < 20; n++)
      await append(journal, rawMessage(n, { payload: Buffer.alloc(30_000, `message ${n} `) }));
    await journal.close();
  }

  it('T23 cuts to the snapshot before it, says so, and never gives old offsets to new records', async () => {
    const before = await openJournal(directory);
    const consumer = await before.consumer('ingest');
    for (let n = 0; n < 5; n++) await append(before, rawMessage(n, { payload: Buffer.alloc(30_000, n) }));
    const { size } = statSync(join(directory, 'data.mdb'));
    await append(before, rawMessage(5, { payload: Buffer.alloc(300_000, 5) }));
    // What a disk that lied about its last sync leaves: the meta page of the last transaction without its pages.
    const torn = join(directory, 'torn');
    mkdirSync(torn);
    copyFileSync(join(directory, 'data.mdb'), join(torn, 'data.mdb'));
    truncateSync(join(torn, 'data.mdb'), size);
    const next = (await consumer.read({ maxMessages: 10, waitMs: 500 })).next;
    await before.close();

    const journal = await openJournal(torn);
    expect(journal.state().recovered).toMatch(/set back to transaction/);
    const tail = await journal.tail('oldest');
    const kept = await tail.read({ maxMessages: 100, waitMs: 200 });
    expect(kept.records.map((r) => r.sequence)).toEqual([0, 1, 2, 3, 4]);
    expect(kept.corrupt).toEqual([]);
    const again = await journal.consumer('ingest');
    again.seek(next);
    await append(journal, rawMessage(6));
    const [fresh] = await readAll(again, 1);
    expect(Buffer.from(fresh!.payload).toString()).toBe('message 6');
    expect(fresh!.frame).toBeGreaterThan(next.frame);
    await journal.close();
    const calm = await openJournal(torn);
    expect(calm.state().recovered).toBeUndefined();
    await calm.close();
  });

  it('T23 a sound file is never cut, though LMDB counts free pages that it never wrote', async () => {
    await journalOfLargeFrames();
    countPagesBeyondTheEnd(join(directory, 'data.mdb'));
    for (let round = 0; round < 3; round++) {
      const journal = await openJournal(directory);
      expect(journal.state().recovered).toBeUndefined();
      const consumer = await journal.consumer('ingest');
      const batch = await consumer.read({ maxMessages: 5, waitMs: 500 });
      await consumer.commit(batch.next);
      await appendAll(journal, 100 * round, 100 * round + 10);
      await journal.close();
    }
  });

  it('T23 a file that lost what both snapshots need is refused, not half read', async () => {
    await journalOfLargeFrames();
    truncateSync(join(directory, 'data.mdb'), 3 * PAGE);
    await expect(openJournal(directory)).rejects.toMatchObject({ code: 'journal-unwritable' });
    truncateSync(join(directory, 'data.mdb'), 100);
    await expect(openJournal(directory)).rejects.toMatchObject({ code: 'journal-unwritable' });
  });
});

describe('flipped bytes in the file', () => {
  it('T23 spoil the record they are in; the reader reports it and goes on', async () => {
    const journal = await openJournal(directory);
    await appendAll(journal, 0, 30);
    await journal.close();
    const path = join(directory, 'data.mdb');
    const at = readFileSync(path).lastIndexOf('message 17');
    const file = openSync(path, 'r+');
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, at + 3);
    writeSync(file, Buffer.of(byte[0]! ^ 1), 0, 1, at + 3);
    closeSync(file);

    const again = await openJournal(directory);
    await appendAll(again, 30, 40);
    const consumer = await again.consumer('ingest');
    const sequences: number[] = [];
    const corrupt: number[] = [];
    for (let batch = await consumer.read({ maxMessages: 7, waitMs: 300 }); batch.records.length > 0;) {
      sequences.push(...batch.records.map((r) => r.sequence));
      corrupt.push(...batch.corrupt.map((r) => r.sequence));
      batch = await consumer.read({ maxMessages: 7, waitMs: 300 });
    }
    expect(corrupt).toEqual([17]);
    expect(sequences).toEqual(Array.from({ length: 40 }, (_, i) => i).filter((i) => i !== 17));
    expect(again.state().corruptRecords).toBe(1);
    await again.close();
  });
});

/** Sets the last page of both snapshots beyond the end of the file, as LMDB does when the last pages are free. */
function countPagesBeyondTheEnd(path: string): void {
  const lastPages = Buffer.alloc(8);
  lastPages.writeBigUInt64LE(BigInt(statSync(path).size / PAGE + 50));
  const file = openSync(path, 'r+');
  for (const meta of [0, PAGE]) writeSync(file, lastPages, 0, 8, meta + 24 + 120);
  closeSync(file);
}

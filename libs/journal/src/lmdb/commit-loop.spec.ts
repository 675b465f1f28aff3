import { describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LamplighterError } from '#core';
import { CommitLoop } from './commit-loop.js';
import type { Environment } from './environment.js';
import { KeptFrames } from './kept-frames.js';
import type { Tally } from './tally.js';

const { ENOSPC, EIO } = constants.errno;
const message = { source: 's', topic: 't', payload: Buffer.from('p'), receivedAt: 0 };
/** Enough turns of the event loop for whatever is under way; a timer could come before them on a host that stood still. */
const soon = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A loop over an environment whose commits end as told. */
function loopOver(outcomes: (number | null)[]) {
  const directory = mkdtempSync(join(tmpdir(), 'commit-loop-'));
  writeFileSync(join(directory, 'data.mdb'), 'x');
  const written: number[] = [];
  const fatal: LamplighterError[] = [];
  const clock = { now: () => 0, monotonic: () => now };
  let now = 0;
  const batch = (stage: () => void): Promise<boolean> => {
    stage();
    const code = outcomes.shift() ?? null;
    return code === null ? Promise.resolve(true) : Promise.reject(Object.assign(new Error('commit'), { code }));
  };
  const environment = {
    root: { batch },
    frames: { put: (_: Buffer, frame: Buffer) => written.push(frame.length), remove: () => undefined },
  };
  const tally = { isDirty: false, savedThrough: 0, count: () => undefined, stageCheckpoint: () => () => undefined };
  const loop = new CommitLoop(
    environment as unknown as Environment,
    new KeptFrames([]),
    tally as unknown as Tally,
    { frame: 1, sequence: 0 },
    {
      directory,
      clock,
      maxBytes: 1e9,
      retainBytes: 0,
      onFatal: (error) => fatal.push(error),
    },
  );
  const pass = (ms: number): void => {
    now += ms;
    loop.run();
  };
  return { loop, written, fatal, pass, discard: () => rmSync(directory, { recursive: true }) };
}

describe('commit loop', () => {
  it('T21 tries a commit that found no room again, unchanged, and acknowledges only then', async () => {
    const { loop, written, fatal, pass, discard } = loopOver([ENOSPC, ENOSPC]);
    const done = jest.fn();
    loop.append(message, done);
    await soon();
    expect(loop.condition().condition).toBe('unwritable');
    expect(loop.condition().reason).toContain('no room');
    loop.append(message, done);
    pass(999);
    await soon();
    expect(written).toHaveLength(1);
    pass(1);
    await soon();
    pass(1000);
    await soon();
    expect(done.mock.calls).toEqual([[null], [null]]);
    expect(written.slice(0, 3).every((bytes) => bytes === written[0])).toBe(true);
    expect(loop.condition()).toEqual({ condition: 'writable' });
    expect(loop.nextSequence).toBe(2);
    expect(fatal).toEqual([]);
    discard();
  });

  it('T22 never tries a failed sync again: all that wait get the error, and the owner is told to exit', async () => {
    const { loop, written, fatal, pass, discard } = loopOver([EIO]);
    const done = jest.fn<(error: Error | null) => void>();
    loop.append(message, done);
    await soon();
    loop.append(message, done);
    pass(60_000);
    await soon();
    expect(written).toHaveLength(1);
    expect(done.mock.calls.map(([error]) => (error as LamplighterError).code)).toEqual([
      'journal-unwritable',
      'journal-unwritable',
    ]);
    expect(fatal).toHaveLength(1);
    expect(loop.condition().condition).toBe('unwritable');
    expect(loop.nextSequence).toBe(0);
    discard();
  });

  it('one callback that throws costs the others nothing', async () => {
    const { loop, discard } = loopOver([]);
    const later = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    const done = jest.fn();
    loop.append(message, () => {
      throw new Error('a faulty callback');
    });
    loop.append(message, done);
    await soon();
    expect(done).toHaveBeenCalledWith(null);
    expect(later).toHaveBeenCalledTimes(1);
    expect(later.mock.calls[0]![0]).toThrow('a faulty callback');
    later.mockRestore();
    discard();
  });

  it('gathers what arrives during a commit into the next frame', async () => {
    const { loop, written, discard } = loopOver([]);
    for (let n = 0; n < 10; n++) loop.append(message, () => undefined);
    await soon();
    expect(written).toHaveLength(1);
    expect(loop.nextSequence).toBe(10);
    discard();
  });
});

import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Repeater } from './repeater.js';

const PAUSE_MS = 5;

describe('Repeater', () => {
  it('runs again after each end, failures included, and never twice at once', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const failures: unknown[] = [];
    let finish = (): void => undefined;
    const enough = new Promise<void>((resolve) => (finish = resolve));
    const task = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await sleep(PAUSE_MS * 2);
      running -= 1;
      if (++runs === 3) finish();
      throw new Error(`run ${runs}`);
    };
    const repeater = new Repeater(PAUSE_MS, task, (error) => failures.push((error as Error).message));
    repeater.start();
    await enough;
    await repeater.stop();
    expect(most).toBe(1);
    expect(failures).toEqual(['run 1', 'run 2', 'run 3']);
  });

  it('waits for the run under way when it is stopped, and begins no other', async () => {
    let begun = 0;
    let ended = 0;
    let onBegin = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => (onBegin = resolve));
    const task = async (): Promise<void> => {
      begun += 1;
      onBegin();
      await sleep(PAUSE_MS * 4);
      ended += 1;
    };
    const repeater = new Repeater(PAUSE_MS, task, () => undefined);
    repeater.start();
    await hasBegun;
    await repeater.stop();
    expect(ended).toBe(1);
    await sleep(PAUSE_MS * 4);
    expect(begun).toBe(1);
  });
});

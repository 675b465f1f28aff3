import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RetainedMessages } from './retained-messages.js';

describe('retained messages', () => {
  const fail = (error: Error): never => {
    throw error;
  };
  const open = (path: string | null, max = 1_000): RetainedMessages => new RetainedMessages(path, max, fail);
  const newPath = (): string => join(mkdtempSync(join(tmpdir(), 'lamplighter-retained-')), 'retained.jsonl');
  const shown = (messages: RetainedMessages, filter: string): string[] =>
    [...messages.matching(filter)].map(({ topic, payload }) => `${topic} ${payload.toString()}`);

  it('come back after a restart as they were left', async () => {
    const path = newPath();
    const first = open(path);
    first.set('city/a', Buffer.from('1'), 1);
    first.set('city/b', Buffer.from('2'), 0);
    first.set('city/a', Buffer.from('3'), 1);
    first.set('city/b', Buffer.alloc(0), 0);
    first.set('lamplighter/services/api/status', Buffer.from('up'), 0);
    await first.close();
    const second = open(path);
    expect(shown(second, '#')).toEqual(['city/a 3']);
    await second.close();
  });

  it('survive a last line that a crash cut off, and what is written after it', async () => {
    const path = newPath();
    const first = open(path);
    first.set('city/a', Buffer.from('1'), 1);
    await first.close();
    appendFileSync(path, '["city/b",1,"MT');
    const second = open(path);
    second.set('city/c', Buffer.from('2'), 1);
    await second.close();
    const third = open(path);
    expect(shown(third, 'city/+')).toEqual(['city/a 1', 'city/c 2']);
    await third.close();
  });

  it('are compacted when most of the file is superseded', async () => {
    const path = newPath();
    const first = open(path);
    for (let n = 0; n < 25_000; n++) first.set('city/a', Buffer.from(String(n)), 0);
    await first.close();
    const { statSync } = await import('node:fs');
    expect(statSync(path).size).toBeLessThan(1_000);
    const second = open(path);
    expect(shown(second, 'city/a')).toEqual(['city/a 24999']);
    await second.close();
  });

  it('have no room for another topic beyond the limit, but for known ones', () => {
    const messages = open(null, 1);
    expect(messages.set('a', Buffer.from('1'), 0)).toBe(true);
    expect(messages.set('b', Buffer.from('1'), 0)).toBe(false);
    expect(messages.set('a', Buffer.from('2'), 0)).toBe(true);
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pause, until } from '#core/testing';
import { LogWriter } from './log-writer.js';

describe('log of a service', () => {
  let directory: string;
  let printed: string[];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'log-writer-'));
    printed = [];
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const writerTo = (path: string): LogWriter =>
    new LogWriter('broker', path, { everything: false, print: (line) => printed.push(line) });

  it('keeps every line and shows those that are not routine', async () => {
    const path = join(directory, 'broker.log');
    const log = writerTo(path);
    log.write('{"level":30,"msg":"ready"}\n{"level":50,"msg":"no');
    log.write(' disk"}\nplain\n');
    log.close();
    const kept = '{"level":30,"msg":"ready"}\n{"level":50,"msg":"no disk"}\nplain\n';
    await until(
      'the file to have every line',
      () => readFileSync(path, { encoding: 'utf8', flag: 'a+' }),
      (text) => text.length >= kept.length,
    );
    expect(readFileSync(path, 'utf8')).toBe(kept);
    expect(printed).toEqual(['broker: error: no disk', 'broker: plain']);
  });

  it('goes on when the file cannot be written, and says so once', async () => {
    const path = join(directory, 'broker.log');
    mkdirSync(path);
    const log = writerTo(path);
    await until('it to say so', () => printed.length === 1);
    log.write('{"level":50,"msg":"first"}\n');
    log.write('{"level":50,"msg":"second"}\n');
    await pause(50);
    log.close();
    expect(printed).toEqual([
      expect.stringMatching(/^broker: its log file cannot be written \(EISDIR/),
      'broker: error: first',
      'broker: error: second',
    ]);
  });
});

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Kept {
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
}

/** One change: a topic with what it holds from now on, or with null what was removed. */
type Line = readonly [topic: string, qos: 0 | 1 | 2, base64: string | null];

const FLUSH_MS = 100;
/** The log is written anew when this many of its lines are superseded, and more than there are live ones. */
const MAX_DEAD_LINES = 20_000;
const LINES_PER_WRITE = 2_000;

/**
 * An append-only file of retained messages, one JSON line a change. Written a moment later and not fsynced: a retained
 * message is the last known state of something that reports again, not a message that we promised to keep.
 */
export class RetainedLog {
  private file: FileHandle | null = null;
  private pending: string[] = [];
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  private lines = 0;

  /** @param live what a compacted file has to hold */
  constructor(
    private readonly path: string,
    private readonly live: () => ReadonlyMap<string, Kept>,
    private readonly liveCount: () => number,
    private readonly failed: (error: Error) => void,
  ) {
    mkdirSync(dirname(path), { recursive: true });
  }

  /** What the file holds; a last line that was cut off by a crash is left out. */
  load(): Map<string, Kept> {
    const found = new Map<string, Kept>();
    if (!existsSync(this.path)) return found;
    for (const text of readFileSync(this.path, 'utf8').split('\n')) {
      const line = parse(text);
      if (line === null) continue;
      this.lines++;
      const [topic, qos, base64] = line;
      if (base64 === null) found.delete(topic);
      else found.set(topic, { payload: Buffer.from(base64, 'base64'), qos });
    }
    return found;
  }

  append(topic: string, kept: Kept | null): void {
    this.pending.push(format(topic, kept));
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.writing = this.writing.then(() => this.write()).catch(this.failed);
    }, FLUSH_MS);
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.writing.then(() => this.write()).catch(this.failed);
    await this.file?.close();
    this.file = null;
  }

  private async write(): Promise<void> {
    const { pending } = this;
    if (pending.length === 0) return;
    this.pending = [];
    this.file ??= await open(this.path, 'a', 0o600);
    // A line that a crash cut off must not swallow the next one.
    await this.file.write(this.lines === 0 ? pending.join('') : `\n${pending.join('')}`);
    this.lines += pending.length;
    if (this.lines > this.liveCount() * 2 + MAX_DEAD_LINES) await this.compact();
  }

  /** Changes that come meanwhile are in `pending` and follow. */
  private async compact(): Promise<void> {
    const entries = [...this.live()];
    const temporary = `${this.path}.new`;
    const file = await open(temporary, 'w', 0o600);
    try {
      for (let at = 0; at < entries.length; at += LINES_PER_WRITE) {
        const lines = entries.slice(at, at + LINES_PER_WRITE).map(([topic, kept]) => format(topic, kept));
        await file.write(lines.join(''));
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await this.file?.close();
    this.file = null;
    await rename(temporary, this.path);
    this.lines = entries.length;
  }
}

function format(topic: string, kept: Kept | null): string {
  const line: Line = [topic, kept?.qos ?? 0, kept === null ? null : kept.payload.toString('base64')];
  return `${JSON.stringify(line)}\n`;
}

function parse(text: string): Line | null {
  if (text === '') return null;
  try {
    const line = JSON.parse(text) as unknown;
    if (!Array.isArray(line) || typeof line[0] !== 'string' || ![0, 1, 2].includes(line[1] as number)) return null;
    return line[2] === null || typeof line[2] === 'string' ? (line as unknown as Line) : null;
  } catch {
    return null;
  }
}

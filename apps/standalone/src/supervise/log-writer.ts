import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

const MAX_BYTES = 20 * 1024 * 1024;
/** A log file that cannot be written is tried again after this time. */
const REOPEN_AFTER_MS = 10_000;
const WARN = 40;
const LEVELS: Readonly<Record<number, string>> = { 40: 'warn', 50: 'error', 60: 'fatal' };

/**
 * Takes the output of one service line by line: everything goes to its log file (one older file is kept), warnings and
 * worse also to the terminal, in a form that people read. A file that cannot be written (a full disk) is said once on the terminal and
 * tried again later: it must not end the supervisor, and the services with it.
 */
export class LogWriter {
  private stream: WriteStream | null;
  private failedAt = -Infinity;
  private bytes: number;
  private rest = '';
  /** The last lines that were not routine, for the message of a service that would not start. */
  readonly complaints: string[] = [];

  constructor(
    private readonly service: string,
    private readonly path: string,
    private readonly options: { readonly everything: boolean; readonly print: (line: string) => void },
  ) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.stream = this.open();
  }

  write(chunk: string): void {
    const lines = (this.rest + chunk).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.take(line);
  }

  close(): void {
    if (this.rest !== '') this.take(this.rest);
    this.rest = '';
    this.stream?.end();
  }

  private take(line: string): void {
    if (this.bytes > MAX_BYTES) this.rotate();
    this.bytes += Buffer.byteLength(line) + 1;
    this.file()?.write(`${line}\n`);
    const entry = parseLogLine(line);
    const routine = entry !== null && entry.level < WARN;
    if (!routine) {
      this.complaints.push(entry?.message ?? line);
      if (this.complaints.length > 20) this.complaints.shift();
    }
    if (!routine || this.options.everything) {
      this.options.print(
        entry === null
          ? `${this.service}: ${line}`
          : `${this.service}: ${LEVELS[entry.level] ?? 'info'}: ${entry.message}`,
      );
    }
  }

  private rotate(): void {
    this.stream?.end();
    renameSync(this.path, `${this.path}.1`);
    this.stream = this.open();
    this.bytes = 0;
  }

  private file(): WriteStream | null {
    if (this.stream === null && performance.now() - this.failedAt > REOPEN_AFTER_MS) this.stream = this.open();
    return this.stream;
  }

  private open(): WriteStream {
    const stream = createWriteStream(this.path, { flags: 'a', mode: 0o600 });
    stream.on('error', (error) => {
      if (this.stream !== stream) return;
      this.stream = null;
      this.failedAt = performance.now();
      this.options.print(`${this.service}: its log file cannot be written (${error.message}); trying again`);
    });
    return stream;
  }
}

/** A pino line, or null for anything else. */
function parseLogLine(line: string): { level: number; message: string } | null {
  if (!line.startsWith('{')) return null;
  try {
    const entry = JSON.parse(line) as { level?: unknown; msg?: unknown; err?: { message?: unknown } };
    if (typeof entry.level !== 'number') return null;
    const message = [entry.msg, entry.err?.message].filter((part) => typeof part === 'string' && part !== '');
    return { level: entry.level, message: [...new Set(message)].join(': ') };
  } catch {
    return null;
  }
}

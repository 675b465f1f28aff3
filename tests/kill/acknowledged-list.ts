import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Acknowledgements written to disk at least this often. */
const SYNC_MS = 20;

export interface SentMessage {
  readonly device: string;
  readonly seq: number;
  readonly ts: number;
  /** PUBACKs of this message: 0 when it may or may not have arrived; more than 1 when it was published again on purpose. */
  acknowledged: number;
}

/** The publishers' own record of what the broker has acknowledged, on disk and synced, independent of the platform. */
export class AcknowledgedList {
  private readonly file: number;
  private readonly timer: NodeJS.Timeout;
  private lines: string[] = [];

  constructor(path: string) {
    this.file = openSync(path, 'a');
    this.timer = setInterval(() => this.sync(), SYNC_MS);
  }

  /** Before the PUBLISH, so that a message without this line was never sent. */
  sent(device: string, seq: number, ts: number): void {
    this.lines.push(`sent ${device} ${seq} ${ts}\n`);
  }

  acknowledged(device: string, seq: number): void {
    this.lines.push(`ack ${device} ${seq}\n`);
  }

  close(): void {
    clearInterval(this.timer);
    this.sync();
    closeSync(this.file);
  }

  private sync(): void {
    if (this.lines.length === 0) return;
    writeSync(this.file, this.lines.join(''));
    this.lines = [];
    fdatasyncSync(this.file);
  }
}

/** By device, in the order of sending. */
export function readAcknowledgedList(path: string): Map<string, SentMessage[]> {
  const byDevice = new Map<string, SentMessage[]>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [what, device, seq, ts] = line.split(' ') as [string, string, string, string];
    if (what === 'sent') {
      const messages = byDevice.get(device) ?? [];
      byDevice.set(device, messages);
      messages.push({ device, seq: Number(seq), ts: Number(ts), acknowledged: 0 });
    } else if (what === 'ack') {
      byDevice.get(device)![Number(seq)]!.acknowledged++;
    }
  }
  return byDevice;
}

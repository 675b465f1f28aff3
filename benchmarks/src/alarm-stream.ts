import { request, type IncomingMessage } from 'node:http';
import type { Platform } from '../../tests/acceptance/platform.js';

/** Alarm transitions as `/v1/alarms/stream` sends them, handed to whoever waits for that device. */
export class AlarmStream {
  private readonly waiting = new Map<string, (arrived: boolean) => void>();
  private buffered = '';

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (text: string) => this.take(text));
  }

  static open(platform: Platform): Promise<AlarmStream> {
    const url = new URL('/v1/alarms/stream', platform.url);
    return new Promise((resolve, reject) => {
      request(
        url,
        { auth: `admin:${platform.adminPassword}`, headers: { accept: 'text/event-stream' } },
        (response) => {
          if (response.statusCode === 200) resolve(new AlarmStream(response));
          else reject(new Error(`the alarm stream answered ${response.statusCode}`));
        },
      )
        .on('error', reject)
        .end();
    });
  }

  /** Resolves with true at the next event of the device, with false when none came in time. One caller a device. */
  next(device: string, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (arrived: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(device);
        resolve(arrived);
      };
      const timer = setTimeout(() => settle(false), timeoutMs);
      this.waiting.set(device, settle);
    });
  }

  close(): void {
    this.response.destroy();
  }

  private take(text: string): void {
    const events = (this.buffered + text).split('\n\n');
    this.buffered = events.pop()!;
    for (const event of events) {
      const data = /^data: ?(.*)$/m.exec(event)?.[1];
      if (data === undefined) continue;
      const { alarm } = JSON.parse(data) as { alarm?: { device: string } };
      if (alarm !== undefined) this.waiting.get(alarm.device)?.(true);
    }
  }
}

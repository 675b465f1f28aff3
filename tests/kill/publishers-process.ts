import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type MqttClient } from 'mqtt';
import { AcknowledgedList } from './acknowledged-list.js';
import {
  payloadOf,
  PM25_ABOVE_THE_LIMIT,
  PM25_BELOW_THE_LIMIT,
  type Device,
  type PublishersCommand,
  type PublishersConfiguration,
  type PublishersReport,
} from './messages.js';
import { randomFrom } from './random.js';

/** The fleet of the kill test, in a process that nobody kills. */

const WINDOW = 8;
const PROGRESS_MS = 500;
const AGAIN_AFTER_MS = 100;
const PUBLISHED_AGAIN = 0.02;
const ABOVE_THE_LIMIT = 0.05;

class TestDevice {
  sent = 0;
  acknowledged = 0;
  private lastTime = 0;
  private readonly client: MqttClient;
  private readonly outstanding = new Set<Promise<void>>();

  constructor(
    private readonly device: Device,
    private readonly configuration: PublishersConfiguration,
    private readonly boot: string,
    private readonly list: AcknowledgedList,
    private readonly random: () => number,
  ) {
    const { clientId, username, password } = device.access;
    // What was not acknowledged when the connection broke is published again by the client, with the same packet id and DUP.
    const reconnectPeriod = 100 + Math.floor(random() * 400);
    this.client = connect(`mqtt://127.0.0.1:${configuration.port}`, {
      clientId,
      username,
      password,
      reconnectPeriod,
      connectTimeout: 5_000,
    });
    this.client.on('error', () => undefined);
  }

  /** Publishes the next message unless too many wait for their acknowledgement. */
  next(): void {
    if (this.outstanding.size >= WINDOW) return;
    this.publish(this.random() < ABOVE_THE_LIMIT ? PM25_ABOVE_THE_LIMIT : PM25_BELOW_THE_LIMIT);
  }

  publish(pm25: number): void {
    const seq = this.sent++;
    this.lastTime = Math.max(this.lastTime + 1, Date.now());
    const payload = payloadOf({ seq, ts: this.lastTime, boot: this.boot, pm25 });
    this.list.sent(this.device.id, seq, this.lastTime);
    this.track(this.deliver(seq, payload));
  }

  /** Resolves when everything that was published is acknowledged. */
  async settled(): Promise<void> {
    while (this.outstanding.size > 0) await Promise.all(this.outstanding);
  }

  close(): void {
    this.client.end(true);
  }

  private async deliver(seq: number, payload: string): Promise<void> {
    await this.publishUntilAcknowledged(payload);
    this.acknowledged++;
    this.list.acknowledged(this.device.id, seq);
    if (this.random() >= PUBLISHED_AGAIN) return;
    await this.publishUntilAcknowledged(payload);
    this.list.acknowledged(this.device.id, seq);
  }

  /** The client gives some of its messages up when the connection breaks twice in a row; a device would not. */
  private async publishUntilAcknowledged(payload: string): Promise<void> {
    for (;;) {
      try {
        await this.client.publishAsync(this.device.access.topic, payload, { qos: 1 });
        return;
      } catch {
        await sleep(AGAIN_AFTER_MS);
      }
    }
  }

  private track(delivery: Promise<void>): void {
    const tracked = delivery.finally(() => this.outstanding.delete(tracked));
    this.outstanding.add(tracked);
  }
}

let devices: TestDevice[] = [];
let list: AcknowledgedList | null = null;
let timers: NodeJS.Timeout[] = [];

const report = (message: PublishersReport): void => void process.send!(message);
const fail = (error: unknown): void =>
  report({ type: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.on('disconnect', () => process.exit(0));
process.on('message', (command: PublishersCommand) => {
  if (command.type === 'start') start(command.configuration);
  else void settle();
});

function start(configuration: PublishersConfiguration): void {
  const random = randomFrom(configuration.seed);
  const boot = `k${configuration.seed}`;
  const acknowledged = (list = new AcknowledgedList(configuration.list));
  devices = configuration.fleet.map((device) => new TestDevice(device, configuration, boot, acknowledged, random));
  timers = [pace(configuration.messagesPerSecond), setInterval(progress, PROGRESS_MS)];
}

function pace(messagesPerSecond: number): NodeJS.Timeout {
  let turn = 0;
  let last = performance.now();
  let due = 0;
  return setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - last) / 1000) * messagesPerSecond, devices.length * WINDOW);
    last = now;
    for (; due >= 1; due--) devices[turn++ % devices.length]!.next();
  }, 5);
}

function progress(): void {
  const sum = (of: (device: TestDevice) => number): number => devices.reduce((total, device) => total + of(device), 0);
  report({ type: 'progress', sent: sum((device) => device.sent), acknowledged: sum((device) => device.acknowledged) });
}

async function settle(): Promise<void> {
  for (const timer of timers) clearInterval(timer);
  await Promise.all(devices.map((device) => device.settled()));
  // Twice, because a message in its turn may be one of the bad ones.
  for (let last = 0; last < 2; last++) {
    devices.forEach((device, n) => device.publish(n % 2 === 0 ? PM25_ABOVE_THE_LIMIT : PM25_BELOW_THE_LIMIT));
  }
  await Promise.all(devices.map((device) => device.settled()));
  progress();
  for (const device of devices) device.close();
  list?.close();
  report({ type: 'settled' });
}

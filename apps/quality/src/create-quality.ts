import { NestFactory } from '@nestjs/core';
import type { Logger } from 'pino';
import type { Clock, ServiceStatus } from '#core';
import { FeedStrategy } from '#journal/nest';
import type { Kind } from '#kinds';
import { Health, Repeater, Retry, StatusPublisher, Stopped } from '#service';
import { WatchedDevices } from './devices/watched-devices.js';
import { recallDevices, recallMemory, saveMemory } from './memory/saved-memory.js';
import { ObserveFeed } from './observe-feed.js';
import type { Adapters } from './open-adapters.js';
import { QualityModule } from './quality.module.js';
import { ReportWriter } from './reports/report-writer.js';
import { QualityCounters, qualityReport, SERVICE } from './status/quality-counters.js';

export interface QualityParts {
  readonly adapters: Omit<Adapters, 'close'>;
  readonly bus: {
    readonly connected: boolean;
    publishDurably(topic: string, payload: string): Promise<void>;
    publishStatus(status: ServiceStatus): void;
  };
  readonly kinds: readonly Kind[];
  readonly assessEveryMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFatal: (error: unknown) => void;
}

export interface RunningQuality {
  readonly counters: QualityCounters;
  status(): ServiceStatus;
  /** Assesses every device now. */
  assess(): Promise<void>;
  close(): Promise<void>;
}

const FOLLOW_MS = 1_000;
const SAVE_MS = 300_000;

/** Puts the service together over its ports and goes on from what the process before it saved. */
export async function createQuality(parts: QualityParts): Promise<RunningQuality> {
  const { adapters, bus, kinds, clock, logger } = parts;
  const { registry, store, feed } = adapters;
  const waiting = new AbortController();
  const health = new Health();
  const counters = new QualityCounters();
  const retry = new Retry({ health, logger, signal: waiting.signal });

  const memory = await retry.run('registry', () => recallMemory(registry.state));
  const devices = new WatchedDevices(registry, kinds);
  await retry.run('registry', () => devices.load(clock.now()));
  if (memory !== null) await retry.run('registry', () => recallDevices(registry.state, memory, devices));
  const observe = new ObserveFeed(devices, counters, logger, memory?.next ?? null, memory?.lastSequences ?? new Map());
  // A tail: judging data must never make ingest wait.
  const tail = await feed.tail(memory?.next ?? 'head');
  const strategy = new FeedStrategy(tail, { signal: waiting.signal, onFatal: parts.onFatal });
  const app = await NestFactory.createMicroservice(QualityModule.over(observe), { strategy, logger: false });

  const writer = new ReportWriter({
    devices,
    quality: registry.quality,
    store,
    bus,
    counters,
    clock,
    random: Math.random,
  });
  const assess = (): Promise<void> => retry.run('assessment', () => writer.run());
  const save = async (): Promise<void> => {
    if (observe.next !== null) await saveMemory(registry.state, devices, observe.next, observe.lastSequences);
  };
  /** The trouble is named as `retry` names it, which notes its end when the same task works again. */
  const report = (task: string, error: unknown): void => {
    if (error instanceof Stopped) return;
    health.troubled(task, (error as Error).message);
    logger.error({ task, reason: (error as Error).message }, 'a task of the quality service failed');
  };
  const repeat = (task: string, pauseMs: number, run: () => Promise<void>): Repeater =>
    new Repeater(pauseMs, () => retry.run(task, run), (error) => report(task, error)); // prettier-ignore
  const repeaters = [
    repeat('registry changes', FOLLOW_MS, () => devices.follow(clock.now())),
    repeat('assessment', parts.assessEveryMs, () => writer.run()),
    repeat('memory', SAVE_MS, save),
  ];
  const status = new StatusPublisher({
    service: SERVICE,
    bus,
    report: () => qualityReport(counters, health, devices),
    clock,
  });
  await app.listen();
  for (const repeater of repeaters) repeater.start();
  status.start();
  return {
    counters,
    status: () => status.status(),
    assess,
    close: async () => {
      status.stop();
      waiting.abort();
      await app.close();
      for (const repeater of repeaters) await repeater.stop();
      await save().catch((error: unknown) => report('memory', error));
    },
  };
}

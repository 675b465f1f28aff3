import { NestFactory } from '@nestjs/core';
import type { Logger } from 'pino';
import type { Clock, ServiceStatus } from '#core';
import { FeedStrategy } from '#journal/nest';
import type { Kind } from '#kinds';
import { RuleEvaluator } from '#rules';
import { Health, Repeater, Retry, StatusPublisher, Stopped } from '#service';
import { AlertsCounters } from './alerts-counters.js';
import { AlertsModule } from './alerts.module.js';
import { PipelineWatch } from './bus/pipeline-watch.js';
import { AbsenceWatch } from './evaluation/absence-watch.js';
import { AlarmEvaluation } from './evaluation/alarm-evaluation.js';
import { EVALUATION_STATE, readCheckpoint } from './evaluation/checkpoint.js';
import { readRules } from './evaluation/read-rules.js';
import { recallLatest } from './evaluation/recall-latest.js';
import { RegistryFollower } from './evaluation/registry-follower.js';
import { LedgerWatch } from './ledger/ledger-watch.js';
import type { Adapters } from './open-adapters.js';
import { TransitionPublisher } from './publish/transition-publisher.js';
import { alertsReport, SERVICE } from './status/alerts-status.js';

/** The name under which alerts reads the feed. */
export const CONSUMER = 'alerts';

const EVERY_SECOND_MS = 1_000;
const LEDGER_CHECK_MS = 10_000;

export interface AlertsParts {
  readonly adapters: Omit<Adapters, 'close'>;
  readonly bus: {
    readonly connected: boolean;
    publishDurably(topic: string, payload: string): Promise<void>;
    publishStatus(status: ServiceStatus): void;
  };
  readonly kinds: readonly Kind[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told about a failure after which nothing more is evaluated: exit, and start again from what was saved. */
  readonly onFatal: (error: unknown) => void;
}

export interface RunningAlerts {
  readonly counters: AlertsCounters;
  status(): ServiceStatus;
  /** What other services say of themselves. */
  take(status: ServiceStatus): void;
  /** Ends the evaluation under way, saves what was not saved and stops. */
  close(): Promise<void>;
}

/** Puts alerts together over its ports and starts it from what the process before it saved. */
export async function createAlerts(parts: AlertsParts): Promise<RunningAlerts> {
  const { adapters, bus, kinds, clock, logger } = parts;
  const { registry, store } = adapters;
  const reading = new AbortController();
  const waiting = new AbortController();
  const health = new Health();
  const counters = new AlertsCounters();
  const retry = new Retry({ health, logger, signal: waiting.signal });
  const publisher = new TransitionPublisher({ registry, bus, retry, counters, clock, logger, signal: waiting.signal });
  const onTransitions = (): void => publisher.wake();

  const saved = readCheckpoint(await retry.run('registry', () => registry.state.get(EVALUATION_STATE)));
  const consumer = await adapters.feed.consumer(CONSUMER);
  if (saved?.next) consumer.seek(saved.next);
  // The saved state is about these rules; `follower.load` meets what changed since.
  const rules = readRules(await retry.run('registry', () => registry.rules.list()), kinds, logger);
  const evaluator = new RuleEvaluator({ kinds, rules, ...(saved === null ? {} : { state: saved.evaluator }) });
  const evaluation = new AlarmEvaluation(
    { evaluator, consumer, alarms: registry.alarms, retry, counters, clock, logger, onTransitions },
    saved?.next ?? null,
  );
  const follower = new RegistryFollower(registry, kinds, clock, logger);
  await retry.run('registry', () => follower.load(evaluation));

  const pipeline = new PipelineWatch(() => consumer.backlog(), clock);
  const absence = new AbsenceWatch(evaluation, () => pipeline.hearsDevices(), clock);
  const ledger = new LedgerWatch({
    journal: adapters.journal,
    store,
    alarms: registry.alarms,
    state: registry.state,
    clock,
    logger,
    onTransitions,
  });
  const recall = new StoreRecall(() => recallLatest(store, kinds, evaluation), health, logger);
  await recall.attempt();

  const onFailure = (error: unknown): void => reportFailure(error, health, parts);
  const repeaters = [
    new Repeater(EVERY_SECOND_MS, () => retry.run('registry changes', () => follower.follow(evaluation)), onFailure),
    new Repeater(EVERY_SECOND_MS, () => absence.tick(), onFailure),
    new Repeater(EVERY_SECOND_MS, () => evaluation.flush(), onFailure),
    new Repeater(EVERY_SECOND_MS, () => recall.attempt(), onFailure),
    new Repeater(LEDGER_CHECK_MS, () => ignoringOutages(() => ledger.check()), onFailure),
  ];
  const strategy = new FeedStrategy(consumer, { signal: reading.signal, onFatal: parts.onFatal });
  const app = await NestFactory.createMicroservice(AlertsModule.over(evaluation), { strategy, logger: false });
  const status = new StatusPublisher({
    service: SERVICE,
    bus,
    report: () => alertsReport({ counters, health, evaluator, feed: consumer }),
    clock,
  });
  const publishing = publisher.run().catch(onFailure);
  await app.listen();
  for (const repeater of repeaters) repeater.start();
  status.start();
  return {
    counters,
    status: () => status.status(),
    take: (other) => pipeline.take(other),
    close: async () => {
      status.stop();
      reading.abort();
      // What waits for a registry that is down is given up: it is still in the feed.
      if (health.state !== 'up') waiting.abort();
      await app.close();
      for (const repeater of repeaters) await repeater.stop();
      await evaluation.flush().catch(onFailure);
      waiting.abort();
      await publishing;
      // Published again at the next start when the registry does not take it.
      await publisher.save().catch(() => undefined);
    },
  };
}

/** Asks the store until it has answered once: it may come up after us, and readings do not wait for it. */
class StoreRecall {
  private isDone = false;

  constructor(
    private readonly recall: () => Promise<void>,
    private readonly health: Health,
    private readonly logger: Logger,
  ) {}

  async attempt(): Promise<void> {
    if (this.isDone) return;
    try {
      await this.recall();
      this.isDone = true;
      this.health.recovered('store');
    } catch (error) {
      const reason = (error as Error).message;
      if (this.health.troubled('store', reason))
        this.logger.warn({ reason }, 'the store could not be asked for the latest readings; trying again every second');
    }
  }
}

/** The ledger cannot be checked while a part is down; that part's own status says so. */
async function ignoringOutages(check: () => Promise<void>): Promise<void> {
  await check().catch((error: unknown) => {
    if ((error as { retryable?: boolean }).retryable !== true) throw error;
  });
}

function reportFailure(error: unknown, health: Health, { onFatal }: AlertsParts): void {
  if (error instanceof Stopped) return;
  health.troubled('alerts', (error as Error).message);
  onFatal(error);
}

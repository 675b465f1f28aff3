import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { alarmTopic, type Clock } from '#core';
import type { AlarmTransition, Registry } from '#registry';
import type { Retry } from '#service';
import type { AlertsCounters } from '../alerts-counters.js';

/** Name of the publisher's position in the registry's state. */
const PUBLISHED_STATE = 'alerts/published';

/** What operators do is written by another process; what we write ourselves wakes the publisher at once. */
const POLL_MS = 500;
const PAGE = 200;
const PAUSE_AFTER_FAILURE_MS = 500;
/** The position is saved this often at most, or a burst would cost the evaluation an fsync a page. */
const SAVE_INTERVAL_MS = 1_000;

export interface PublisherParts {
  readonly registry: { readonly alarms: Pick<Registry['alarms'], 'transitions'>; readonly state: Registry['state'] };
  readonly bus: { readonly connected: boolean; publishDurably(topic: string, payload: string): Promise<void> };
  readonly retry: Retry;
  readonly counters: AlertsCounters;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Publishes every transition on `alarms/{department}/{severity}/{device}`, in the order of their ids, at least once: the
 * position is saved some time after their PUBACK, and at the end. Subscribers know a repetition by its `id`.
 */
export class TransitionPublisher {
  private wakeUp: () => void = () => undefined;
  private awake = false;
  private position = 0;
  private saved = 0;

  constructor(private readonly parts: PublisherParts) {}

  /** There are new transitions. */
  wake(): void {
    this.awake = true;
    this.wakeUp();
  }

  /** Until `signal`. @throws what is not retryable */
  async run(): Promise<void> {
    const { registry, retry, signal, clock } = this.parts;
    this.position = Number((await retry.run('registry', () => registry.state.get(PUBLISHED_STATE))) ?? 0);
    this.saved = this.position;
    let savedAt = clock.monotonic();
    while (!signal.aborted) {
      this.awake = false;
      const page = await retry.run('registry', () => registry.alarms.transitions(this.position, PAGE));
      if (page.length === 0) await this.rest(POLL_MS);
      else if (await this.publish(page)) this.position = page.at(-1)!.id;
      else await this.pause(PAUSE_AFTER_FAILURE_MS);
      if (clock.monotonic() - savedAt < SAVE_INTERVAL_MS) continue;
      await retry.run('registry', () => this.save());
      savedAt = clock.monotonic();
    }
  }

  /** Also at the end, after `run` has resolved: what was published is not published again. */
  async save(): Promise<void> {
    if (this.position === this.saved) return;
    const { position } = this;
    await this.parts.registry.state.put(PUBLISHED_STATE, String(position));
    this.saved = position;
  }

  private async publish(page: readonly AlarmTransition[]): Promise<boolean> {
    const { bus, counters, logger } = this.parts;
    if (!bus.connected) return false;
    try {
      // One connection keeps their order; waiting for each PUBACK in turn would make a burst slow.
      await Promise.all(
        page.map((transition) => bus.publishDurably(alarmTopic(transition.snapshot), JSON.stringify(transition))),
      );
      counters.published += page.length;
      return true;
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'transitions could not be published; they will be again');
      return false;
    }
  }

  private async rest(ms: number): Promise<void> {
    if (this.awake) return;
    const woken = new AbortController();
    this.wakeUp = () => woken.abort();
    await sleep(ms, undefined, { signal: AbortSignal.any([woken.signal, this.parts.signal]) }).catch(() => undefined);
    this.wakeUp = () => undefined;
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.parts.signal }).catch(() => undefined);
  }
}

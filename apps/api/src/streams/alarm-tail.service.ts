import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { AlarmTransition, Registry } from '#registry';
import { LOGGER, REGISTRY } from '../ports.js';
import { SharedTail } from './shared-tail.js';

/** A look at the registry costs one indexed read; a person does not notice this delay. */
const POLL_MS = 50;
const PAGE = 500;

/** Follows the transitions of alarms; a position is the id of the last transition that was seen. */
@Injectable()
export class AlarmTail implements OnApplicationShutdown {
  private readonly tail: SharedTail<number, AlarmTransition>;

  constructor(@Inject(REGISTRY) registry: Registry, @Inject(LOGGER) logger: Logger) {
    this.tail = new SharedTail(
      {
        pauseMs: POLL_MS,
        head: () => registry.alarms.lastTransitionId(),
        page: async (from) => {
          const items = await registry.alarms.transitions(from, PAGE);
          return { items, next: items.at(-1)?.id ?? from };
        },
        compare: (a, b) => a - b,
      },
      (error) => logger.warn({ err: error }, 'alarm transitions cannot be read'),
    );
  }

  follow(
    after: number | null,
    deliver: (items: readonly AlarmTransition[]) => void | Promise<void>,
  ): Promise<() => void> {
    return this.tail.follow(after, deliver);
  }

  onApplicationShutdown(): void {
    this.tail.stop();
  }
}

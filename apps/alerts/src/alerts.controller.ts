import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { JournalBatch } from '#journal';
import { FEED_BATCH } from '#journal/nest';
import { AlarmEvaluation } from './evaluation/alarm-evaluation.js';

@Controller()
export class AlertsController {
  constructor(private readonly evaluation: AlarmEvaluation) {}

  /** The next batch is read when this resolves. */
  @EventPattern(FEED_BATCH)
  handle(@Payload() batch: JournalBatch): Promise<void> {
    return this.evaluation.handle(batch);
  }
}

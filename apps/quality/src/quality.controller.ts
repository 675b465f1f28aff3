import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { FEED_BATCH } from '#journal/nest';
import { ObserveFeed, type TailBatch } from './observe-feed.js';

@Controller()
export class QualityController {
  constructor(private readonly observe: ObserveFeed) {}

  /** The next batch is read when this returns. */
  @EventPattern(FEED_BATCH)
  handle(@Payload() batch: TailBatch): void {
    this.observe.take(batch);
  }
}

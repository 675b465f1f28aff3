import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { JournalBatch } from '#journal';
import { IngestService } from './ingest.service.js';
import { JOURNAL_BATCH } from './journal/journal.strategy.js';

@Controller()
export class IngestController {
  constructor(private readonly ingest: IngestService) {}

  /** The batch is acknowledged when this resolves. */
  @EventPattern(JOURNAL_BATCH)
  handle(@Payload() batch: JournalBatch): Promise<void> {
    return this.ingest.handle(batch);
  }
}

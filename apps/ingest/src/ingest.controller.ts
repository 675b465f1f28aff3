import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { JournalBatch } from '#journal';
import { IngestService } from './ingest.service.js';
import { FailureFilter } from './journal/failure.filter.js';
import { JOURNAL_BATCH } from './journal/journal.strategy.js';

@Controller()
@UseFilters(FailureFilter)
export class IngestController {
  constructor(private readonly ingest: IngestService) {}

  /** The batch is acknowledged when this resolves. */
  @EventPattern(JOURNAL_BATCH)
  handle(@Payload() batch: JournalBatch): Promise<void> {
    return this.ingest.handle(batch);
  }
}

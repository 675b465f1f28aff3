import type { JournalBatch } from '#journal';
import { BatchOutcomes } from './batch-outcomes.js';
import type { DecodeStage } from './stages/decode.stage.js';
import type { DeduplicateStage } from './stages/deduplicate.stage.js';
import type { IdentifyStage } from './stages/identify.stage.js';
import type { Candidate } from './stages/messages.js';
import type { PartialReplayStage } from './stages/partial-replay.stage.js';
import type { TimePolicyStage } from './stages/time-policy.stage.js';
import type { UnwrapStage } from './stages/unwrap.stage.js';
import type { ValidateStage } from './stages/validate.stage.js';

/** A batch whose every message is decided: to be written. */
export interface DecidedBatch {
  readonly batch: JournalBatch;
  readonly fresh: readonly Candidate[];
  readonly outcomes: BatchOutcomes;
}

/**
 * The path of a reading: each stage takes what the one before let pass and says of the rest, in `outcomes`, what became of it. No stage
 * fails because of a message; what fails as a whole (registry, store) is retryable and has decided nothing.
 */
export class Pipeline {
  constructor(
    private readonly unwrap: UnwrapStage,
    private readonly decode: DecodeStage,
    private readonly identify: IdentifyStage,
    private readonly validate: ValidateStage,
    private readonly partialReplay: PartialReplayStage,
    private readonly timePolicy: TimePolicyStage,
    private readonly deduplicate: DeduplicateStage,
  ) {}

  async run(batch: JournalBatch): Promise<DecidedBatch> {
    const outcomes = new BatchOutcomes(batch);
    const records = await this.unwrap.run(batch.records, outcomes);
    const decoded = this.decode.run(records, outcomes);
    const identified = await this.identify.run(decoded, outcomes);
    const candidates = this.validate.run(identified, outcomes);
    const wanted = this.partialReplay.run(candidates, outcomes);
    const timely = this.timePolicy.run(wanted, outcomes);
    const fresh = await this.deduplicate.run(timely, outcomes);
    return { batch, fresh, outcomes };
  }
}

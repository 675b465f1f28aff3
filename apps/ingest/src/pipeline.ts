import type { JournalBatch } from '#journal';
import type { DeviceStateChange, DownlinkEvent } from '#registry';
import { BatchOutcomes } from './batch-outcomes.js';
import type { PendingStates } from './network/pending-states.js';
import type { DecodeStage } from './stages/decode.stage.js';
import type { DeduplicateStage } from './stages/deduplicate.stage.js';
import type { HearStage } from './stages/hear.stage.js';
import type { IdentifyStage } from './stages/identify.stage.js';
import type { Candidate, IdentifiedMessage } from './stages/messages.js';
import type { PartialReplayStage } from './stages/partial-replay.stage.js';
import type { QuotaStage } from './stages/quota.stage.js';
import type { TimePolicyStage } from './stages/time-policy.stage.js';
import type { TranscodeStage } from './stages/transcode.stage.js';
import type { UnwrapStage } from './stages/unwrap.stage.js';
import type { ValidateStage } from './stages/validate.stage.js';

/** A batch whose every message is decided: to be written. */
export interface DecidedBatch {
  readonly batch: JournalBatch;
  readonly fresh: readonly Candidate[];
  readonly outcomes: BatchOutcomes;
  /** For the registry, before the batch counts as stored: what network servers said of devices and downlinks. */
  readonly states: readonly DeviceStateChange[];
  readonly downlinks: readonly DownlinkEvent[];
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
    private readonly quota: QuotaStage,
    private readonly hear: HearStage,
    private readonly transcode: TranscodeStage,
    private readonly validate: ValidateStage,
    private readonly partialReplay: PartialReplayStage,
    private readonly timePolicy: TimePolicyStage,
    private readonly deduplicate: DeduplicateStage,
    private readonly states: PendingStates,
  ) {}

  async run(batch: JournalBatch): Promise<DecidedBatch> {
    const outcomes = new BatchOutcomes(batch);
    const records = await this.unwrap.run(batch.records, outcomes);
    const decoded = this.decode.run(records, outcomes);
    const identified = await this.identify.run(decoded, outcomes);
    const heard = await this.hear.run(this.quota.run(identified.network, outcomes), outcomes);
    const transcoded = await this.transcode.run(heard.uplinks, outcomes);
    const messages = inOrder(identified.telemetry, heard.statuses, transcoded);
    const candidates = this.validate.run(messages, outcomes);
    const wanted = this.partialReplay.run(candidates, outcomes);
    const timely = this.timePolicy.run(wanted, outcomes);
    const fresh = await this.deduplicate.run(timely, outcomes);
    return { batch, fresh, outcomes, states: this.states.take(), downlinks: heard.downlinks };
  }
}

/** In the order of the journal, which later stages and readers of the feed count on. */
function inOrder(
  telemetry: readonly IdentifiedMessage[],
  ...network: readonly (readonly IdentifiedMessage[])[]
): readonly IdentifiedMessage[] {
  if (network.every((messages) => messages.length === 0)) return telemetry;
  return [...telemetry, ...network.flat()].sort((a, b) => a.record.sequence - b.record.sequence);
}

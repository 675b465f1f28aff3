import { rejection } from '#codecs';
import { decodeReplay, isReplayTopic, type JournalRecord, originalMessage, type ReplayedLetter } from '#core';
import type { Retry } from '#service';
import type { TelemetryStore } from '#timeseries';
import type { BatchOutcomes } from '../batch-outcomes.js';
import type { DeviceDirectory } from '../devices/device-directory.js';

interface Envelope {
  readonly record: JournalRecord;
  readonly replayed: ReplayedLetter;
}

export interface UnwrapOptions {
  /** Resolves when everything of earlier batches is in the store. */
  readonly whenWritten: () => Promise<void>;
  readonly retry: Retry;
}

/**
 * Dead letters that are replayed (ADR 011) -> the messages that were refused, with their own topic, source and time of receipt, at the
 * place in the journal of the record that carries them. Everything else passes as it is.
 */
export class UnwrapStage {
  constructor(
    private readonly store: Pick<TelemetryStore, 'findReplayed'>,
    private readonly directory: Pick<DeviceDirectory, 'refresh'>,
    private readonly options: UnwrapOptions,
  ) {}

  /** Waits for a store or registry that does not answer, when the batch holds a replay. */
  async run(records: readonly JournalRecord[], outcomes: BatchOutcomes): Promise<readonly JournalRecord[]> {
    const replays = records.filter(({ topic }) => isReplayTopic(topic));
    if (replays.length === 0) return records;
    // A letter is replayed because the registry was corrected: it is judged by what the registry says now.
    await this.options.retry.run('registry', () => this.directory.refresh());
    const envelopes = replays.flatMap((record) => open(record, outcomes) ?? []);
    const repeated = await this.findRepeated(envelopes);
    const messages = new Map<JournalRecord, JournalRecord>();
    for (const envelope of envelopes) {
      const { record, replayed } = envelope;
      if (repeated.has(envelope)) {
        outcomes.duplicate(record);
        continue;
      }
      const message = { ...record, ...originalMessage(replayed) };
      outcomes.replays(message, replayed);
      messages.set(record, message);
    }
    return records.flatMap((record) => (isReplayTopic(record.topic) ? (messages.get(record) ?? []) : record));
  }

  /** Letters that came twice from one job: QoS 1 delivers again, and a job that was killed sends its last page again. */
  private async findRepeated(envelopes: readonly Envelope[]): Promise<ReadonlySet<Envelope>> {
    await this.options.whenWritten();
    const repeated = new Set<Envelope>();
    for (const [job, ofJob] of groupByJob(envelopes)) {
      const letters = ofJob.map(({ replayed }) => replayed.letter);
      const seen = new Set(await this.options.retry.run('store', () => this.store.findReplayed(job, letters)));
      for (const envelope of ofJob) {
        const { id } = envelope.replayed.letter;
        if (seen.has(id)) repeated.add(envelope);
        else seen.add(id);
      }
    }
    return repeated;
  }
}

/** Only services can write such a record, so one that cannot be read is a fault of ours; it is accounted for all the same. */
function open(record: JournalRecord, outcomes: BatchOutcomes): Envelope | null {
  try {
    const replayed = decodeReplay(record.payload);
    if (replayed.letter.source === record.source) return { record, replayed };
    const detail = 'The letter belongs to another source than its topic says.';
    outcomes.failed(record, [rejection('wrong-topic', '', detail, record.source, replayed.letter.source)], null);
  } catch (error) {
    outcomes.broken(record, error);
  }
  return null;
}

function groupByJob(envelopes: readonly Envelope[]): Map<string, Envelope[]> {
  const jobs = new Map<string, Envelope[]>();
  for (const envelope of envelopes) {
    const { job } = envelope.replayed;
    const ofJob = jobs.get(job);
    if (ofJob === undefined) jobs.set(job, [envelope]);
    else ofJob.push(envelope);
  }
  return jobs;
}

import type { Logger } from 'pino';
import { type DeadLetter, parseNetworkTopic } from '#core';
import { PendingSightings, type Registry, type Sighted } from '#registry';
import { claimedId } from '../batch-outcomes.js';
import { NO_HINTS, uplinkHints } from './uplink-hints.js';

const MAX_PENDING = 5_000;
const MAX_ID = 128;

/** Which devices send that nobody has registered, for the registry's list of them. */
export class Sightings {
  private readonly pending: PendingSightings;

  constructor(registry: Pick<Registry, 'sightings'>, logger: Logger) {
    const failed = (reason: string): void =>
      logger.warn({ reason }, 'sightings of unknown devices could not be written');
    this.pending = new PendingSightings(registry, { max: MAX_PENDING, failed });
  }

  start(): void {
    this.pending.start();
  }

  stop(): Promise<void> {
    return this.pending.stop();
  }

  note(letters: readonly DeadLetter[]): void {
    for (const letter of letters) {
      const id = letter.department === null ? claimedId(letter.rejections) : null;
      if (id !== null && id !== '' && id.length <= MAX_ID)
        this.pending.note(id, letter.receivedAt, 'messages', () => sightedBy(letter));
    }
  }
}

function sightedBy({ source, topic, payload }: DeadLetter): Sighted {
  const network = parseNetworkTopic(topic);
  const { name, profile } = network === null ? NO_HINTS : uplinkHints(payload);
  return { source, topic, application: network?.application ?? null, name, profile };
}

import { afterEach, beforeEach, describe } from '@jest/globals';
import { describeCommitting } from './contract/committing.contract.js';
import { describeDeadLetters } from './contract/dead-letters.contract.js';
import { describeExpiry } from './contract/expiry.contract.js';
import { describeHostileInput } from './contract/hostile-input.contract.js';
import { describeKeys } from './contract/keys.contract.js';
import { describeReplays } from './contract/replays.contract.js';
import { describeOutcomes } from './contract/outcomes.contract.js';
import { describeQueries } from './contract/queries.contract.js';
import { describeAggregates } from './contract/aggregates.contract.js';
import { type OpenedStore, type OpenOptions, SCHEMA } from './contract/samples.contract.js';

export type { OpenedStore, OpenOptions } from './contract/samples.contract.js';

/**
 * The contract of {@link TelemetryStore}, run by every adapter. A commit that comes again is always one that ingest could make:
 * of the same message sequences, from the position that the store names. So an engine without transactions passes by overwriting.
 */
export function describeTelemetryStore(name: string, open: (options: OpenOptions) => Promise<OpenedStore>): void {
  describe(`TelemetryStore: ${name}`, () => {
    const context: { opened: OpenedStore } = { opened: undefined as unknown as OpenedStore };
    beforeEach(async () => {
      context.opened = await open({ schema: SCHEMA });
    });
    afterEach(() => context.opened.close());

    describeCommitting(context);
    describeQueries(context);
    describeAggregates(context);
    describeKeys(context);
    describeDeadLetters(context);
    describeReplays(context);
    describeOutcomes(context);
    describeHostileInput(context);
    describeExpiry(context);
  });
}

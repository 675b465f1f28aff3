import type { JournalRecord } from '#core';
import type { BatchOutcomes } from '../batch-outcomes.js';

/**
 * Applies a step to each message, keeping what it returns. An exception stays with its message: it becomes a dead letter and the
 * neighbours go on.
 */
export function eachMessage<In extends { readonly record: JournalRecord }, Out>(
  messages: readonly In[],
  outcomes: BatchOutcomes,
  step: (message: In) => Out | null,
): Out[] {
  const passed: Out[] = [];
  for (const message of messages) {
    try {
      const result = step(message);
      if (result !== null) passed.push(result);
    } catch (error) {
      outcomes.broken(message.record, error);
    }
  }
  return passed;
}

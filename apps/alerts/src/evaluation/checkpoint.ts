import type { JournalOffset } from '#core';
import type { EvaluatorState } from '#rules';

/** Name of the document in the registry's state that the transitions are saved with. */
export const EVALUATION_STATE = 'alerts/evaluation';

/** Where an evaluation goes on: what of the feed was evaluated, and what the evaluator then knew. */
export interface Checkpoint {
  /** Null: nothing was read yet. */
  readonly next: JournalOffset | null;
  readonly evaluator: EvaluatorState;
}

/** A document of another version is not read: an old release must not take half of what a new one meant. */
const VERSION = 1;

export function writeCheckpoint(checkpoint: Checkpoint): string {
  return JSON.stringify({ version: VERSION, ...checkpoint });
}

/** @throws Error when the document is of another version */
export function readCheckpoint(text: string | null): Checkpoint | null {
  if (text === null) return null;
  const document = JSON.parse(text) as Checkpoint & { readonly version: number };
  if (document.version !== VERSION)
    throw new Error(`The evaluation was saved in version ${document.version}, this release reads ${VERSION}.`);
  return document;
}

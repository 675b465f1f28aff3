import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { JournalBatch } from '../journal.js';

/** Resolves when the handler has done with the batch. Nest hands a handler's exception back as an observable that fails. */
export async function invoke(handler: MessageHandler, batch: JournalBatch): Promise<void> {
  const result: unknown = await handler(batch);
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
}

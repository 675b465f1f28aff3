import type { QuotaUsage } from './quota-meter.js';
import { TOPIC_LEVEL } from './topics.js';

/**
 * The API asks the services that meter devices what one has used, over the service bus: a question on one topic, an answer
 * of each service on the topic of the question's id.
 */
export const QUOTA_ASK_TOPIC = 'lamplighter/quota/ask';
export const quotaAnswerTopic = (id: string): string => `lamplighter/quota/answer/${id}`;

export interface QuotaQuestion {
  readonly id: string;
  readonly device: string;
}

export interface QuotaAnswer {
  readonly service: 'broker' | 'ingest';
  /** Null: the service has not met the device since it started. */
  readonly usage: QuotaUsage | null;
}

export function parseQuotaQuestion(payload: Uint8Array): QuotaQuestion | null {
  try {
    const { id, device } = JSON.parse(Buffer.from(payload).toString('utf8')) as Partial<QuotaQuestion>;
    if (typeof id !== 'string' || typeof device !== 'string') return null;
    return TOPIC_LEVEL.test(id) && TOPIC_LEVEL.test(device) ? { id, device } : null;
  } catch {
    return null;
  }
}

import type { MqttAccess } from '../acceptance/device-client.js';

/** What the harness and the process of the publishers say to each other. */
export interface PublishersConfiguration {
  readonly port: number;
  readonly fleet: readonly Device[];
  /** File of the acknowledged list. */
  readonly list: string;
  readonly seed: number;
  readonly messagesPerSecond: number;
}

export interface Device {
  readonly id: string;
  readonly access: MqttAccess;
}

/** `settle`: stop, wait for every acknowledgement, then one last message each: above the limit for every second device. */
export type PublishersCommand =
  { readonly type: 'start'; readonly configuration: PublishersConfiguration } | { readonly type: 'settle' };
export type PublishersReport =
  | { readonly type: 'settled' }
  | { readonly type: 'progress'; readonly sent: number; readonly acknowledged: number }
  | { readonly type: 'failed'; readonly reason: string };

/**
 * The message with a sequence number is always the same, so the harness needs no copy of what was sent.
 * Every fiftieth is refused for its value, and has to end as a dead letter.
 */
export function isBad(seq: number): boolean {
  return seq % 50 === 49;
}

export function temperatureOf(seq: number): number {
  return isBad(seq) ? 9_999 : (seq % 400) / 10 - 5;
}

export const PM25_ABOVE_THE_LIMIT = 200;
export const PM25_BELOW_THE_LIMIT = 10;

export function payloadOf(message: { seq: number; ts: number; boot: string; pm25: number }): string {
  const { seq, ts, boot, pm25 } = message;
  const values = isBad(seq) ? { temperature: temperatureOf(seq) } : { temperature: temperatureOf(seq), pm25 };
  return JSON.stringify({ ts, seq, boot, values });
}

import { spoil } from '../bad-payload.js';
import type { SeededRandoms } from '../random.js';
import type { Tick } from './city-script.js';

/** What a device with a connection of its own publishes at a tick. */
export interface NativePayloads {
  /** The reading as sound JSON, kept for later when the device is offline. */
  readonly reading: string;
  /** Payloads to publish now, in order: usually the reading alone. */
  readonly payloads: readonly string[];
}

/** @param boot must differ between runs, because the sequence starts from 0 in each */
export function nativePayloads(tick: Tick, boot: string, random: Pick<SeededRandoms, 'pick'>): NativePayloads {
  const { ts, seq, restarts, values, oddity } = tick;
  const sound = { ts, seq, boot: restarts === 0 ? boot : `${boot}.${restarts}`, values };
  const reading = JSON.stringify(sound);
  if (oddity === 'bad') return { reading, payloads: [spoil(sound, random)] };
  return { reading, payloads: oddity === 'twice' ? [reading, reading] : [reading] };
}

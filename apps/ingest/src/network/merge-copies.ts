import type { Reception, UplinkEvent } from '#codecs';
import type { BatchOutcomes } from '../batch-outcomes.js';
import type { IdentifiedEvent } from '../stages/messages.js';
import { RESTARTED_AFTER_MS } from './frame-sessions.js';

type Uplink = IdentifiedEvent<UplinkEvent>;

/**
 * Puts the copies of one frame together that several network servers or integrations handed out, or one of them twice: the first that is
 * decoded already, else the first, goes on with what all gateways heard; the others are repetitions. Copies that come later than the
 * batch are found by de-duplication; the link reading of the first is stored by then and stays.
 */
export function mergeCopies(uplinks: readonly Uplink[], outcomes: BatchOutcomes): Uplink[] {
  const frames = new Map<string, Uplink[][]>();
  const merged: Uplink[] = [];
  for (const uplink of uplinks) {
    const key = frameOf(uplink);
    if (key === null) {
      merged.push(uplink);
      continue;
    }
    const ofKey = frames.get(key) ?? [];
    if (ofKey.length === 0) frames.set(key, ofKey);
    const copies = ofKey.find(([first]) => mayBeCopies(first!, uplink));
    if (copies === undefined) ofKey.push([uplink]);
    else copies.push(uplink);
  }
  for (const copies of [...frames.values()].flat()) {
    const kept =
      copies.find(({ event }) => event.normalized !== null) ??
      copies.find(({ event }) => event.object !== null) ??
      copies[0]!;
    for (const copy of copies) if (copy !== kept) outcomes.duplicate(copy.record);
    merged.push(copies.length === 1 ? kept : withReceptions(kept, copies));
  }
  return merged.sort((a, b) => a.record.sequence - b.record.sequence);
}

/** What all copies of a frame have in common; null when nothing tells. */
function frameOf({ device, event }: Uplink): string | null {
  const { devAddr, frameCounter, deduplicationId } = event;
  const { id } = device.identity;
  if (devAddr !== null && frameCounter !== null) return `${id}/${devAddr}/${frameCounter}`;
  return deduplicationId === null ? null : `${id}/${deduplicationId}`;
}

/** A batch may hold hours: a counter that started again in them is no copy, by the same measure as in `FrameSessions`. */
function mayBeCopies(a: Uplink, b: Uplink): boolean {
  if (a.event.time === null || b.event.time === null) return true;
  return Math.abs(a.event.time - b.event.time) <= RESTARTED_AFTER_MS;
}

function withReceptions(kept: Uplink, copies: readonly Uplink[]): Uplink {
  return { ...kept, event: { ...kept.event, receptions: copies.flatMap(({ event }) => event.receptions) } };
}

/** The reception with the highest SNR; of equals the one with the highest RSSI. What is not known counts as worst. */
export function bestReception(receptions: readonly Reception[]): Reception | null {
  let best: Reception | null = null;
  for (const reception of receptions) if (best === null || isBetter(reception, best)) best = reception;
  return best;
}

function isBetter(a: Reception, b: Reception): boolean {
  const [snrA, snrB] = [a.snr ?? -Infinity, b.snr ?? -Infinity];
  return snrA === snrB ? (a.rssi ?? -Infinity) > (b.rssi ?? -Infinity) : snrA > snrB;
}

/** How many gateways heard a frame; those without a name count one each. */
export function gatewaysOf(receptions: readonly Reception[]): number {
  const named = new Set<string>();
  let unnamed = 0;
  for (const { gateway } of receptions) {
    if (gateway === null) unnamed++;
    else named.add(gateway);
  }
  return named.size + unnamed;
}

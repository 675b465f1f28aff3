import type { StatusEvent, UplinkEvent } from '#codecs';
import type { DecodedItem } from '#core';
import type { DownlinkEvent as NotedDownlink } from '#registry';
import type { Retry } from '#service';
import type { BatchOutcomes } from '../batch-outcomes.js';
import type { IngestCounters } from '../ingest-counters.js';
import type { FrameSessions } from '../network/frame-sessions.js';
import type { GatewayNumbers } from '../network/gateway-numbers.js';
import { linkOfStatus, linkOfUplink } from '../network/link-readings.js';
import { mergeCopies } from '../network/merge-copies.js';
import type { PendingStates } from '../network/pending-states.js';
import { changeOf, notedDownlink, timeOf } from '../network/state-change.js';
import { eachMessage } from './each-message.js';
import type { HeardUplink, IdentifiedEvent, IdentifiedMessage } from './messages.js';

/** What the events of a batch come to. */
export interface Heard {
  readonly uplinks: readonly HeardUplink[];
  /** Battery and margin that devices reported to the network. */
  readonly statuses: readonly IdentifiedMessage[];
  readonly downlinks: readonly NotedDownlink[];
}

export interface HearParts {
  readonly sessions: FrameSessions;
  readonly gateways: GatewayNumbers;
  readonly states: PendingStates;
  readonly retry: Retry;
  readonly counters: IngestCounters;
}

/**
 * What network servers tell: uplinks are brought together across gateways, put into the count of their device and given a reading of
 * how they were heard; all events become changes of device state. An event without a reading is stored when its state is.
 */
export class HearStage {
  constructor(private readonly parts: HearParts) {}

  /** Waits for a registry or store that does not answer. */
  async run(events: readonly IdentifiedEvent[], outcomes: BatchOutcomes): Promise<Heard> {
    if (events.length === 0) return NOTHING_HEARD;
    const uplinks = mergeCopies(events.filter(isUplink), outcomes);
    await this.prepare(uplinks, outcomes.first);
    const downlinks: NotedDownlink[] = [];
    const statuses = eachMessage(events, outcomes, (event) => this.note(event, outcomes, downlinks));
    const heard = eachMessage(uplinks, outcomes, (uplink) => this.hear(uplink));
    return { uplinks: heard, statuses, downlinks };
  }

  /** One look-up for all devices and gateways of the batch. */
  private async prepare(uplinks: readonly IdentifiedEvent<UplinkEvent>[], beforeSequence: number): Promise<void> {
    const { sessions, gateways, retry } = this.parts;
    const devices = uplinks.map(({ device }) => device.identity.id);
    await retry.run('store', () => sessions.load(devices, beforeSequence));
    await gateways.note(
      uplinks.flatMap(({ record, event }) => {
        const at = timeOf(event, record);
        return event.receptions.map(({ gateway }) => ({ gateway, at }));
      }),
    );
  }

  /** Uplinks come later; of the others only a status has a reading. */
  private note(
    message: IdentifiedEvent,
    outcomes: BatchOutcomes,
    downlinks: NotedDownlink[],
  ): IdentifiedMessage | null {
    if (isUplink(message)) return null;
    if (message.event.type === 'repeat') {
      outcomes.duplicate(message.record);
      return null;
    }
    this.parts.states.add(changeOf(message));
    const noted = notedDownlink(message);
    if (noted !== null) downlinks.push(noted);
    outcomes.stored(message.record);
    return isStatus(message) ? statusMessage(message) : null;
  }

  private hear({ record, device, event }: IdentifiedEvent<UplinkEvent>): HeardUplink {
    const { sessions, gateways, states, counters } = this.parts;
    const { devAddr, frameCounter, time } = event;
    // Never ahead of its receipt: after one time in the future every later frame would seem to be an old one.
    const counted = { devAddr, frameCounter, time: timeOf(event, record), hasTime: time !== null };
    const place = sessions.place(device.identity.id, counted);
    counters.frames++;
    counters.missedFrames += place.gap ?? 0;
    states.addUplink(changeOf({ record, device, event }));
    const link = linkOfUplink({ record, device, time }, event, place, (gateway) => gateways.numberOf(gateway));
    return { record, device, event, boot: place.boot, link };
  }
}

const NOTHING_HEARD: Heard = { uplinks: [], statuses: [], downlinks: [] };

const isUplink = (message: IdentifiedEvent): message is IdentifiedEvent<UplinkEvent> => message.event.type === 'uplink';
const isStatus = (message: IdentifiedEvent): message is IdentifiedEvent<StatusEvent> => message.event.type === 'status';

/** Battery and margin where the kind of the device has them, and beside the link for every device. */
function statusMessage({ record, device, event }: IdentifiedEvent<StatusEvent>): IdentifiedMessage | null {
  const link = linkOfStatus({ record, device, time: event.time }, event.battery);
  const { percent, margin } = event.battery;
  const known = Object.entries({ battery: percent, linkMargin: margin }).filter(
    ([metric, value]) => value !== null && device.plan!.sent.includes(metric),
  );
  const item: DecodedItem = {
    pointer: '',
    values: Object.fromEntries(known),
    pointers: STATUS_POINTERS,
    ...(event.time === null ? {} : { time: event.time }),
  };
  if (known.length > 0) return { record, device, items: [item], link };
  return link.metricSet === 0 ? null : { record, device, items: [], link };
}

const STATUS_POINTERS: ReadonlyMap<string, string> = new Map([
  ['battery', '/batteryLevel'],
  ['linkMargin', '/margin'],
]);

import type { ChirpStackEventName } from './chirpstack-server.js';
import type { Frame } from './chirpstack-events.js';
import { uuidOf } from './names.js';

interface Downlink {
  readonly queueItemId: string;
  readonly confirmed: boolean;
}

interface Answer {
  readonly event: ChirpStackEventName;
  readonly payload: string;
}

const MOST_QUEUED = 10_000;

/**
 * Downlinks that wait for their device. One of class A listens after its own uplink only, so each is sent with the next frame that
 * is heard: the network server reports that a gateway has sent it, and that the device has confirmed it when it was asked to.
 */
export class DownlinkQueues {
  private readonly queues = new Map<string, Downlink[]>();
  private queued = 0;

  /** Takes what the platform publishes on `command/down`; what is none is passed over, as the network server does with a log line. */
  add(devEui: string, payload: Uint8Array): void {
    const downlink = parseDownlink(payload, this.queued);
    if (downlink === null || this.queued >= MOST_QUEUED) return;
    this.queues.set(devEui, [...(this.queues.get(devEui) ?? []), downlink]);
    this.queued++;
  }

  /** What the network server says of the downlink that goes out behind this frame; nothing when none waits. */
  answersOf({ device, receptions, time }: Frame): Answer[] {
    const queue = this.queues.get(device.devEui);
    const downlink = queue?.shift();
    if (queue === undefined || downlink === undefined) return [];
    this.queued--;
    if (queue.length === 0) this.queues.delete(device.devEui);
    const { application, devEui, name, profile } = device;
    const base = {
      deduplicationId: uuidOf(`${devEui}/down/${downlink.queueItemId}`),
      time: new Date(time + 1_000).toISOString(),
      deviceInfo: {
        applicationId: application.id,
        applicationName: application.name,
        deviceProfileName: profile,
        deviceName: name,
        devEui,
      },
      queueItemId: downlink.queueItemId,
    };
    const sent: Answer = {
      event: 'txack',
      payload: JSON.stringify({ ...base, downlinkId: time >>> 0, gatewayId: receptions[0]!.gateway.id }),
    };
    const confirmed: Answer = { event: 'ack', payload: JSON.stringify({ ...base, acknowledged: true }) };
    return downlink.confirmed ? [sent, confirmed] : [sent];
  }
}

function parseDownlink(payload: Uint8Array, number: number): Downlink | null {
  try {
    const { id, confirmed } = JSON.parse(Buffer.from(payload).toString('utf8')) as {
      id?: unknown;
      confirmed?: unknown;
    };
    return { queueItemId: typeof id === 'string' ? id : uuidOf(`downlink/${number}`), confirmed: confirmed === true };
  } catch {
    return null;
  }
}

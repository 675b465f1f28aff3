import { Inject, Injectable } from '@nestjs/common';
import { chirpStackDownTopic, connectedSeries, thingsStackDownTopic } from '#core';
import { openText } from '#identity';
import { downlinkCorrelation } from '#registry';
import type { Downlink, DownlinkApi } from '#registry';
import type { ApiSettings } from '../environment.js';
import { Problem } from '../http/problem.js';
import { SERVICE_BUS, SETTINGS } from '../ports.js';
import type { ServiceBus } from '../ports.js';
import type { Priority } from './downlink.dto.js';
import type { DownlinkWay } from './downlink-way.js';
import { downlinkKeyPurpose } from './network-server.service.js';
import { AddressRefused, postPinned } from './pinned-request.js';
import { applicationAndTenant, topicsOwner, withoutTenant } from './uplink-topic.js';

/** Longer than a network server needs to queue something, shorter than a person waits. */
const TIMEOUT_MS = 10_000;

/** Gives downlinks to network servers: over our own broker, or to the address that was configured for them. */
@Injectable()
export class DownlinkDelivery {
  constructor(
    @Inject(SERVICE_BUS) private readonly bus: ServiceBus,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  /** Whether there is a way at all, before anything is written down. @throws Problem `no-way-to-device` */
  check(way: DownlinkWay): void {
    if (way.type === 'chirpstack' || way.server?.downlink) return;
    if (way.type === 'http') {
      throw new Problem('no-way-to-device', `The network server '${way.server?.id}' has no address for downlinks.`);
    }
    // A retained status: a connector that is down for a moment finds the downlink in its session when it comes back.
    const metrics = this.bus.statuses().get('connector')?.metrics ?? {};
    if (Object.hasOwn(metrics, connectedSeries(way.application))) return;
    throw new Problem(
      'no-way-to-device',
      `Neither has the network server an address for downlinks, nor does a connector to The Things Stack serve '${way.application}'.`,
    );
  }

  /**
   * Resolves when the network server, or the broker for it, has taken the downlink.
   * @returns whether it is known to be sent: only servers without events of their own say no more than this
   * @throws Problem `downlink-refused`, LamplighterError `journal-unwritable`
   */
  async deliver(downlink: Downlink, way: DownlinkWay, priority: Priority): Promise<boolean> {
    const api = way.server?.downlink ?? null;
    if (way.type === 'chirpstack') {
      const networkServer = topicsOwner(way.server);
      const topic = chirpStackDownTopic({ networkServer, application: way.application, devEui: way.devEui! });
      await this.bus.publish(topic, json(chirpStackCommand(downlink, way)));
    } else if (api !== null) {
      const body = way.type === 'http' ? plainCommand(downlink, way, priority) : thingsStackPush(downlink, priority);
      await this.post(way, api, json(body));
    } else {
      const topic = thingsStackDownTopic({ ...applicationAndTenant(way.application), deviceId: way.deviceId! }, 'push');
      await this.bus.publish(topic, json(thingsStackPush(downlink, priority)));
    }
    return way.type === 'http';
  }

  private async post(way: DownlinkWay, api: DownlinkApi, body: Buffer): Promise<void> {
    const url = addressOf(way, api.url);
    const key = this.keyOf(way, api);
    const answer = await postPinned({
      url,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'lamplighter',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      body,
      allowPrivate: api.allowPrivate,
      timeoutMs: TIMEOUT_MS,
    }).catch((cause: unknown) => {
      throw refused(cause instanceof AddressRefused ? cause.message : `${url.host} does not answer.`, cause);
    });
    if (answer.status >= 200 && answer.status < 300) return;
    throw refused(
      `${url.host} answered ${answer.status}${answer.status < 400 ? ', and redirects are not followed' : ''}.`,
    );
  }

  private keyOf({ server }: DownlinkWay, { sealedKey }: DownlinkApi): string | null {
    if (sealedKey === null) return null;
    const key = openText(this.settings.pepper, downlinkKeyPurpose(server!.id), sealedKey);
    if (key === null)
      throw refused('Its key cannot be opened: the pepper of this installation has changed. Set the key again.');
    return key;
  }
}

function addressOf(way: DownlinkWay, template: string): URL {
  const filled = template
    .replaceAll('{application}', encodeURIComponent(withoutTenant(way.application)))
    .replaceAll('{device}', encodeURIComponent(way.deviceId ?? way.devEui ?? ''))
    .replaceAll('{devEui}', encodeURIComponent(way.devEui ?? ''));
  if (URL.canParse(filled)) return new URL(filled);
  throw refused('The address for downlinks is not one.');
}

function refused(detail: string, cause?: unknown): Problem {
  return new Problem('downlink-refused', detail, { cause });
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** ChirpStack v4, `command/down`. */
function chirpStackCommand({ id, confirmed, fPort, payload }: Downlink, { devEui }: DownlinkWay): object {
  return { id, devEui, confirmed, fPort, data: base64(payload) };
}

/** The Things Stack v3, `down/push`; its HTTP API takes the same. */
function thingsStackPush({ id, confirmed, fPort, payload }: Downlink, priority: Priority): object {
  return {
    downlinks: [
      {
        f_port: fPort,
        frm_payload: base64(payload),
        priority: priority.toUpperCase().replace('-', '_'),
        confirmed,
        correlation_ids: [downlinkCorrelation(id)],
      },
    ],
  };
}

/** For other servers, as docs/guides/lorawan.md describes it. */
function plainCommand(downlink: Downlink, { application, devEui }: DownlinkWay, priority: Priority): object {
  const { id, fPort, payload, confirmed } = downlink;
  return { id, application, devEui, fPort, data: base64(payload), confirmed, priority };
}

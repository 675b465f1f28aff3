import { rejection } from '#codecs';
import { deviceTopic, type DeviceTopic, type JournalRecord, type Rejection } from '#core';
import { type Approvals, kinds, refusalOf, refusedKinds } from '#kinds';
import type { Retry } from '#service';
import { type BatchOutcomes, WITHHELD_CODE } from '../batch-outcomes.js';
import type { DeviceDirectory, KnownDevice } from '../devices/device-directory.js';
import { eachMessage } from './each-message.js';
import type {
  AddressedMessage,
  DecodedMessages,
  IdentifiedEvent,
  IdentifiedMessage,
  IdentifiedMessages,
  NetworkMessage,
} from './messages.js';

/**
 * Finds the device in the registry and checks that the message may speak for it: the topic is the one that the registry
 * gives the device, and a device's topic is used by nobody else. The broker checks the same on its side; a journal that was
 * written by another broker, or before a device moved to another department, is judged here.
 */
export class IdentifyStage {
  /** Kinds that could identify people and are not approved, with what to tell (THREATS 40). */
  private readonly refused: ReadonlyMap<string, string>;

  constructor(
    private readonly directory: DeviceDirectory,
    private readonly retry: Retry,
    approvals: Approvals,
  ) {
    const refused = refusedKinds(kinds, approvals);
    this.refused = new Map(refused.map(({ kind: { name } }) => [name, refusalOf(name, kinds, approvals)!]));
  }

  /** Waits for a registry that does not answer: nobody is called unknown because of it. */
  async run({ telemetry, network }: DecodedMessages, outcomes: BatchOutcomes): Promise<IdentifiedMessages> {
    await this.loadMissing(telemetry, network);
    return {
      telemetry: eachMessage(telemetry, outcomes, (message) => this.identify(message, outcomes)),
      network: eachMessage(network, outcomes, (message) => this.identifyEvent(message, outcomes)),
    };
  }

  /** One look-up for all devices of the batch that were not heard of before. */
  private async loadMissing(telemetry: readonly AddressedMessage[], network: readonly NetworkMessage[]): Promise<void> {
    let missing: Set<string> | null = null;
    for (const { address } of telemetry)
      if (this.directory.find(address.device) === undefined) (missing ??= new Set()).add(address.device);
    for (const { name } of network)
      if (name !== null && this.directory.find(name) === undefined) (missing ??= new Set()).add(name);
    if (missing === null) return;
    const ids = missing;
    await this.retry.run('registry', () => this.directory.load(ids));
  }

  private identify(message: AddressedMessage, outcomes: BatchOutcomes): IdentifiedMessage | null {
    const { record, items, rejections, address } = message;
    const device = this.directory.find(address.device);
    const withheld = this.withheld(device, address);
    if (withheld !== null) {
      // Alone: what else is wrong with it may quote what must not be kept.
      outcomes.failed(record, [withheld], device?.identity ?? null);
      return null;
    }
    const fault = judge(device, address, record);
    if (fault !== null || items.length === 0) {
      outcomes.failed(record, fault === null ? rejections : [...rejections, fault], device?.identity ?? null);
      return null;
    }
    if (rejections.length > 0) outcomes.failed(record, rejections, device!.identity);
    return { record, device: device!, items, link: null };
  }

  private identifyEvent(message: NetworkMessage, outcomes: BatchOutcomes): IdentifiedEvent | null {
    const { record, name, event, rejections } = message;
    const device = name === null ? undefined : this.directory.find(name);
    const withheld = this.withheld(device, null);
    const fault = withheld ?? (event === null ? null : judgeEvent(name!, device));
    if (event === null || fault !== null) {
      outcomes.failed(record, fault === null ? rejections : [fault], device?.identity ?? null);
      return null;
    }
    return { record, device: device!, event };
  }

  /** Before anything else is judged: of a message that may not be kept, nothing is. */
  private withheld(device: KnownDevice | undefined, address: DeviceTopic | null): Rejection | null {
    if (this.refused.size === 0) return null;
    for (const kind of [device?.identity.kind, address?.kind]) {
      const refusal = kind === undefined ? undefined : this.refused.get(kind);
      if (refusal !== undefined)
        return rejection(WITHHELD_CODE, '', `${refusal} The payload was withheld.`, 'an approved kind', kind!);
    }
    return null;
  }
}

function judge(device: KnownDevice | undefined, address: DeviceTopic, record: JournalRecord): Rejection | null {
  const id = address.device;
  if (device === undefined) return unknownDevice(id);
  const { identity, plan } = device;
  if (address.department !== identity.department || address.kind !== identity.kind) {
    const expected = deviceTopic({ department: identity.department, kind: identity.kind, device: id }, 'telemetry');
    return rejection('wrong-topic', '', 'The registry gives the device another topic.', expected, record.topic);
  }
  if (record.source !== id) {
    return rejection('wrong-topic', '', 'Somebody else published to the topic of this device.', id, record.source);
  }
  return plan === null ? unknownKind(identity.kind) : null;
}

/** A network server goes on sending for a device that was isolated; the broker cannot tell, so it is refused here. */
function judgeEvent(name: string, device: KnownDevice | undefined): Rejection | null {
  if (device === undefined) return unknownDevice(name);
  const { identity, plan, enabled } = device;
  if (!enabled) {
    const detail = `The device '${identity.id}' is isolated; what a network server says of it is not taken over.`;
    return rejection('device-isolated', '', detail, 'an enabled device', identity.id);
  }
  return plan === null ? unknownKind(identity.kind) : null;
}

function unknownDevice(name: string): Rejection {
  return rejection('unknown-device', '', `No device '${name}' is registered.`, 'a registered device', name);
}

function unknownKind(kind: string): Rejection {
  return rejection('unknown-kind', '', `This release has no kind '${kind}'.`, 'a kind of GET /v1/kinds', kind);
}

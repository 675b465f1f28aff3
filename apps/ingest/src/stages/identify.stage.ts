import { rejection } from '#codecs';
import { deviceTopic, type DeviceTopic, type JournalRecord, type Rejection } from '#core';
import type { BatchOutcomes } from '../batch-outcomes.js';
import type { DeviceDirectory, KnownDevice } from '../devices/device-directory.js';
import type { Retry } from '../retry.js';
import { eachMessage } from './each-message.js';
import type { AddressedMessage, IdentifiedMessage } from './messages.js';

/**
 * Finds the device in the registry and checks that the message may speak for it: the topic is the one that the registry
 * gives the device, and a device's topic is used by nobody else. The broker checks the same on its side; a journal that was
 * written by another broker, or before a device moved to another department, is judged here.
 */
export class IdentifyStage {
  constructor(
    private readonly directory: DeviceDirectory,
    private readonly retry: Retry,
  ) {}

  /** Waits for a registry that does not answer: nobody is called unknown because of it. */
  async run(messages: readonly AddressedMessage[], outcomes: BatchOutcomes): Promise<IdentifiedMessage[]> {
    await this.loadMissing(messages);
    return eachMessage(messages, outcomes, (message) => this.identify(message, outcomes));
  }

  /** One look-up for all devices of the batch that were not heard of before. */
  private async loadMissing(messages: readonly AddressedMessage[]): Promise<void> {
    let missing: Set<string> | null = null;
    for (const message of messages) {
      const id = deviceIdOf(message);
      if (id !== null && this.directory.find(id) === undefined) (missing ??= new Set()).add(id);
    }
    if (missing === null) return;
    const ids = missing;
    await this.retry.run('registry', () => this.directory.load(ids));
  }

  private identify(message: AddressedMessage, outcomes: BatchOutcomes): IdentifiedMessage | null {
    const { record, items, rejections, address } = message;
    const id = deviceIdOf(message);
    const device = id === null ? undefined : this.directory.find(id);
    const fault = id === null ? null : judge(id, device, address, record);
    if (fault !== null || items.length === 0) {
      outcomes.failed(record, fault === null ? rejections : [...rejections, fault], device?.identity ?? null);
      return null;
    }
    if (rejections.length > 0) outcomes.failed(record, rejections, device!.identity);
    return { record, device: device!, items };
  }
}

/** Null when the message was refused before its device could be read from it. */
function deviceIdOf({ address, items }: AddressedMessage): string | null {
  return address !== null ? address.device : (items[0]?.device ?? null);
}

function judge(
  id: string,
  device: KnownDevice | undefined,
  address: DeviceTopic | null,
  record: JournalRecord,
): Rejection | null {
  if (device === undefined)
    return rejection('unknown-device', '', `No device '${id}' is registered.`, 'a registered device', id);
  const { identity, plan } = device;
  if (address !== null) {
    if (address.department !== identity.department || address.kind !== identity.kind) {
      const expected = deviceTopic({ department: identity.department, kind: identity.kind, device: id }, 'telemetry');
      return rejection('wrong-topic', '', 'The registry gives the device another topic.', expected, record.topic);
    }
    if (record.source !== id) {
      return rejection('wrong-topic', '', 'Somebody else published to the topic of this device.', id, record.source);
    }
  }
  if (plan === null)
    return rejection(
      'unknown-kind',
      '',
      `This release has no kind '${identity.kind}'.`,
      'a kind of GET /v1/kinds',
      identity.kind,
    );
  return null;
}

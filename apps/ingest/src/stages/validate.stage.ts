import { pointerLevel, rejection } from '#codecs';
import type { DecodedItem, Rejection } from '#core';
import type { BatchOutcomes } from '../batch-outcomes.js';
import { type KindPlan, presentMetrics } from '../devices/kind-plan.js';
import { LINK_PLAN } from '../network/link-plan.js';
import type { Candidate, IdentifiedMessage, LinkReading } from './messages.js';

const SLAB_LENGTH = 8_192;

/** Values as sent -> numbers of the kind. One bad metric is refused alone; a reading without any good one is refused. */
export class ValidateStage {
  private readonly slab = new Slab();

  run(messages: readonly IdentifiedMessage[], outcomes: BatchOutcomes): Candidate[] {
    const candidates: Candidate[] = [];
    for (const message of messages) {
      const before = candidates.length;
      try {
        for (const item of message.items) this.validate(message, item, outcomes, candidates);
        if (message.items.length === 0 && message.link !== null) candidates.push(linkAlone(message, message.link));
      } catch (error) {
        candidates.length = before;
        outcomes.broken(message.record, error);
      }
    }
    return candidates;
  }

  private validate(
    { record, device, items, link }: IdentifiedMessage,
    item: DecodedItem,
    outcomes: BatchOutcomes,
    candidates: Candidate[],
  ): void {
    // IdentifyStage lets no device without a plan pass.
    const plan = device.plan!;
    const values = this.slab.take(plan.metricCount);
    const found = plan.validate(withLink(item, plan), values, item.pointer);
    const refused = found === null ? null : withPointers(found, item);
    const metricSet = presentMetrics(values);
    if (metricSet === 0) {
      outcomes.failed(record, refused ?? [nothingToStore(item)], device.identity);
      return;
    }
    const reading = {
      device: device.identity,
      time: item.time ?? record.receivedAt,
      receivedAt: record.receivedAt,
      boot: item.boot ?? null,
      seq: item.seq ?? null,
      sequence: record.sequence,
      values,
    };
    candidates.push({
      record,
      device,
      plan,
      reading,
      pointer: item.pointer,
      hasClock: item.time !== undefined,
      toleranceMs: item.toleranceMs ?? 0,
      metricSet,
      places: item.pointers ?? null,
      // The frame was heard once, however many readings it brought.
      refused:
        link === null || link.refused === null || item !== items[0] ? refused : [...(refused ?? []), ...link.refused],
      companion: link === null ? null : link.reading,
    });
  }
}

/** A frame without a payload of the device, or a status of a device whose kind has no metric for it. */
function linkAlone({ record, device }: IdentifiedMessage, link: LinkReading): Candidate {
  const { reading, hasClock, metricSet, refused } = link;
  return {
    record,
    device,
    plan: LINK_PLAN,
    reading,
    pointer: '',
    hasClock,
    toleranceMs: 0,
    metricSet,
    refused,
    places: null,
    companion: null,
  };
}

/** Hands out pieces of larger blocks: a block of its own for each of a hundred thousand readings a second keeps the collector busy. */
class Slab {
  private block = new Float64Array(SLAB_LENGTH);
  private used = 0;

  take(length: number): Float64Array {
    if (this.used + length > SLAB_LENGTH) {
      this.block = new Float64Array(SLAB_LENGTH);
      this.used = 0;
    }
    return this.block.subarray(this.used, (this.used += length));
  }
}

/** What the network measured counts where the kind has such a metric and the device did not send it. */
function withLink({ values, link }: DecodedItem, { sent }: KindPlan): DecodedItem['values'] {
  if (link === undefined) return values;
  const added = Object.entries(link).filter(([metric]) => sent.includes(metric) && !Object.hasOwn(values, metric));
  return added.length === 0 ? values : { ...values, ...Object.fromEntries(added) };
}

/** The validator points to `<pointer>/values/<metric>`; some formats hold the value elsewhere. */
function withPointers(rejections: readonly Rejection[], { pointer, pointers }: DecodedItem): readonly Rejection[] {
  if (pointers === undefined) return rejections;
  const places = new Map([...pointers].map(([metric, place]) => [`${pointer}/values/${pointerLevel(metric)}`, place]));
  return rejections.map((refused) => ({ ...refused, pointer: places.get(refused.pointer) ?? pointer }));
}

function nothingToStore({ pointer }: DecodedItem): Rejection {
  return rejection(
    'no-values',
    `${pointer}/values`,
    'The reading carries no value.',
    'at least one metric of the kind',
    'none',
  );
}

import type { DeviceIdentity, Reading, ReadingBatch } from '#core';
import type { KindPlan } from './devices/kind-plan.js';
import { LINK_PLAN } from './network/link-plan.js';
import type { Candidate } from './stages/messages.js';

/** Fresh readings and their companions by kind, in columns of the metrics that devices send; rows keep their order. */
export function gather(fresh: readonly Candidate[]): ReadingBatch[] {
  const groups = new Map<KindPlan, Reading[]>();
  for (const { plan, reading, companion } of fresh) {
    const group = groups.get(plan);
    if (group === undefined) groups.set(plan, [reading]);
    else group.push(reading);
    if (companion === null) continue;
    const links = groups.get(LINK_PLAN);
    if (links === undefined) groups.set(LINK_PLAN, [companion]);
    else links.push(companion);
  }
  return [...groups].map(([plan, rows]) => toColumns(plan, rows));
}

function toColumns({ kind, sent, sentIndex }: KindPlan, rows: readonly Reading[]): ReadingBatch {
  const length = rows.length;
  const devices: DeviceIdentity[] = [];
  const indexOf = new Map<string, number>();
  const device = new Uint32Array(length);
  const time = new Float64Array(length);
  const receivedAt = new Float64Array(length);
  const sequence = new Float64Array(length);
  const seq = new Float64Array(length);
  const boot = new Array<string | null>(length);
  for (let row = 0; row < length; row++) {
    const reading = rows[row]!;
    let index = indexOf.get(reading.device.id);
    if (index === undefined) {
      indexOf.set(reading.device.id, (index = devices.length));
      devices.push(reading.device);
    }
    device[row] = index;
    time[row] = reading.time;
    receivedAt[row] = reading.receivedAt;
    sequence[row] = reading.sequence;
    seq[row] = reading.seq ?? NaN;
    boot[row] = reading.boot;
  }
  const columns = sentIndex.map((metric) => {
    const column = new Float64Array(length);
    for (let row = 0; row < length; row++) column[row] = rows[row]!.values[metric]!;
    return column;
  });
  return { kind: kind.name, length, devices, device, time, receivedAt, sequence, boot, seq, metrics: sent, columns };
}

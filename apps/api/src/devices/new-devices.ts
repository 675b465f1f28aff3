import { plainToInstance } from 'class-transformer';
import { deviceKinds } from '#kinds';
import { overTemplate } from '#registry';
import type { Department, DeviceTemplate } from '#registry';
import { Problem } from '../http/problem.js';
import type { ProblemFault } from '../http/problem.js';
import { shapeFaults } from '../http/validation.pipe.js';
import { NO_SUCH_DEPARTMENT } from '../kinds/catalogue-faults.js';
import { NewDeviceDto } from './device.dto.js';

const MAX_DEVICES_AT_ONCE = 5_000;
const MAX_FAULTS = 100;

/**
 * The devices of a body that is one device or an array of them.
 * @throws Problem `bad-request` with every fault, each with its pointer into the body
 */
export async function readNewDevices(
  body: unknown,
  departments: readonly Department[],
  templates: readonly DeviceTemplate[],
): Promise<NewDeviceDto[]> {
  const many = Array.isArray(body);
  const items: readonly unknown[] = many ? body : [body];
  if (items.length === 0) throw new Problem('bad-request', 'Send at least one device.', { pointer: '' });
  if (items.length > MAX_DEVICES_AT_ONCE) {
    throw new Problem('bad-request', `Send at most ${MAX_DEVICES_AT_ONCE} devices at once, or use the import.`);
  }
  const devices: NewDeviceDto[] = [];
  const faults: ProblemFault[] = [];
  for (const [index, item] of items.entries()) {
    const pointer = many ? `/${index}` : '';
    const filled = fillIn(item, templates, pointer);
    const device = plainToInstance(NewDeviceDto, filled.item);
    const found = [
      ...filled.faults,
      ...(await shapeFaults(device, 'device', pointer)),
      ...catalogueFaults(device, departments, pointer),
    ];
    devices.push(device);
    faults.push(...found);
    if (faults.length > MAX_FAULTS) break;
  }
  faults.push(...repeatedIds(devices));
  const [first] = faults;
  if (first !== undefined) throw new Problem('bad-request', first.detail, { pointer: first.pointer, faults });
  return devices;
}

/** What the template says and the device does not. */
function fillIn(
  item: unknown,
  templates: readonly DeviceTemplate[],
  pointer: string,
): { item: unknown; faults: ProblemFault[] } {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return { item, faults: [] };
  const { template: name } = item as { template?: unknown };
  if (name === undefined) return { item, faults: [] };
  const at = `${pointer}/template`;
  const template = templates.find(({ id }) => id === name);
  if (template === undefined)
    return { item, faults: [{ pointer: at, detail: 'There is no such template that you may see.' }] };
  const { kind, id, tags } = item as { kind?: unknown; id?: unknown; tags?: unknown };
  const isOther = kind !== undefined && kind !== template.kind;
  const faults = isOther ? [{ pointer: at, detail: `The template is for the kind '${template.kind}'.` }] : [];
  // What has the wrong shape is left to the checks that follow.
  if (typeof id !== 'string' || (tags !== undefined && (typeof tags !== 'object' || tags === null)))
    return { item, faults };
  return { item: overTemplate(template, item as { id: string }), faults };
}

function catalogueFaults(
  device: NewDeviceDto | null,
  departments: readonly Department[],
  pointer: string,
): ProblemFault[] {
  const faults: ProblemFault[] = [];
  if (typeof device?.kind === 'string' && !deviceKinds.some((kind) => kind.name === device.kind)) {
    const names = deviceKinds.map((kind) => kind.name).join(', ');
    faults.push({ pointer: `${pointer}/kind`, detail: `There is no such kind; this release has ${names}.` });
  }
  if (typeof device?.department === 'string' && !departments.some(({ id }) => id === device.department)) {
    faults.push({ pointer: `${pointer}/department`, detail: NO_SUCH_DEPARTMENT });
  }
  return faults;
}

function repeatedIds(devices: readonly (NewDeviceDto | null)[]): ProblemFault[] {
  const seen = new Set<string>();
  return devices.flatMap((device, index) => {
    const id = device?.id;
    if (typeof id !== 'string' || !seen.has(id)) {
      if (typeof id === 'string') seen.add(id);
      return [];
    }
    return [{ pointer: `/${index}/id`, detail: 'The id is used twice in this request.' }];
  });
}

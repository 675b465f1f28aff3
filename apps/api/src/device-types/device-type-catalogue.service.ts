import { Inject, Injectable } from '@nestjs/common';
import { builtInTypes, checkDeviceType, type DefinitionFault, type DeviceType } from '#device-types';
import { nearestName } from '#kinds';
import type { Registry, StoredDeviceType } from '#registry';
import { Problem, type ProblemFault } from '../http/problem.js';
import { REGISTRY } from '../ports.js';

/** A type of the release or of the registry. */
export interface KnownDeviceType {
  readonly id: string;
  readonly builtIn: boolean;
  readonly kind: string;
  readonly definition: unknown;
  readonly script: string | null;
  readonly examples: readonly unknown[];
  readonly revision: string;
  /** Null when this release cannot use it: see `faults`. */
  readonly type: DeviceType | null;
  readonly faults: readonly DefinitionFault[];
}

/** Device types that there are: those of the release, and those that this city added. */
@Injectable()
export class DeviceTypeCatalogue {
  private readonly builtIn = new Map(builtInTypes().map((type) => [type.id, ofRelease(type)]));

  constructor(@Inject(REGISTRY) private readonly registry: Registry) {}

  isBuiltIn(id: string): boolean {
    return this.builtIn.has(id);
  }

  async list(): Promise<KnownDeviceType[]> {
    const stored = (await this.registry.deviceTypes.list()).filter(({ id }) => !this.builtIn.has(id)).map(ofRegistry);
    return [...this.builtIn.values(), ...stored].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async find(id: string): Promise<KnownDeviceType | null> {
    const known = this.builtIn.get(id);
    if (known !== undefined) return known;
    const stored = await this.registry.deviceTypes.get(id);
    return stored === null ? null : ofRegistry(stored);
  }

  /** Kind of each type, by id. */
  async kinds(): Promise<ReadonlyMap<string, string>> {
    const stored = await this.registry.deviceTypes.list();
    return new Map([...stored, ...this.builtIn.values()].map(({ id, kind }) => [id, kind]));
  }

  /**
   * Refuses devices of a type that there is not, or that is of another kind.
   * @throws Problem `bad-request` with every fault; pointers into a list when there are several devices
   */
  async requireFor(devices: readonly { readonly kind: string; readonly deviceType?: string | null }[]): Promise<void> {
    if (devices.every(({ deviceType }) => deviceType === undefined || deviceType === null)) return;
    const kinds = await this.kinds();
    const faults: ProblemFault[] = [];
    for (const [index, { kind, deviceType }] of devices.entries()) {
      const detail = deviceType === undefined || deviceType === null ? null : faultOf(deviceType, kind, kinds);
      if (detail !== null) faults.push({ pointer: `${devices.length > 1 ? `/${index}` : ''}/deviceType`, detail });
    }
    const [first] = faults;
    if (first !== undefined) throw new Problem('bad-request', first.detail, { pointer: first.pointer, faults });
  }
}

function faultOf(id: string, kind: string, kinds: ReadonlyMap<string, string>): string | null {
  const ofType = kinds.get(id);
  if (ofType === kind) return null;
  if (ofType !== undefined) return `The device type '${id}' is of kind '${ofType}', the device of '${kind}'.`;
  const near = nearestName(id, [...kinds.keys()]);
  return `There is no device type '${id}'${near === null ? '; see GET /v1/device-types.' : `; did you mean '${near}'?`}`;
}

function ofRelease(type: DeviceType): KnownDeviceType {
  const { id, definition, examples, revision, script, kind } = type;
  const source = script?.source ?? null;
  return { id, builtIn: true, kind: kind.name, definition, script: source, examples, revision, type, faults: [] };
}

function ofRegistry(stored: StoredDeviceType): KnownDeviceType {
  const { id, kind, definition, script, examples, revision } = stored;
  const checked = checkDeviceType(stored);
  const { type = null, faults = [] } = checked;
  return { id, builtIn: false, kind, definition, script, examples, revision, type, faults };
}

import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import {
  checkDeviceType,
  type DeviceType,
  type ExampleResult,
  hexBytes,
  readExamples,
  runExamples,
  ScriptPool,
  type TriedPayload,
  tryPayload,
} from '#device-types';
import type { Clock } from '#core';
import type { Registry } from '#registry';
import { sees } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { notFound, Problem, type ProblemFault } from '../http/problem.js';
import { CLOCK, REGISTRY } from '../ports.js';
import { DeviceTypeCatalogue, type KnownDeviceType } from './device-type-catalogue.service.js';
import type {
  DeviceTypeUploadDto,
  ExamplesDto,
  PayloadDto,
  UploadQueryDto,
  UploadResultDto,
} from './device-type.dto.js';

/** Adds, changes, removes and tries device types. They belong to the whole city, and so must who changes them. */
@Injectable()
export class DeviceTypeService implements OnModuleDestroy {
  /** Threads are started when a script is first run here. */
  private readonly pool = new ScriptPool({ policy: { workers: 1 } });

  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly catalogue: DeviceTypeCatalogue,
  ) {}

  onModuleDestroy(): Promise<void> {
    return this.pool.close();
  }

  async get(id: string): Promise<KnownDeviceType> {
    const known = await this.catalogue.find(id);
    if (known === null) throw notFound('device type');
    return known;
  }

  /** @throws Problem `conflict` when there is one of this id */
  async create(caller: Caller, upload: DeviceTypeUploadDto, query: UploadQueryDto): Promise<UploadResultDto> {
    requireWholeCity(caller);
    const type = readType(upload);
    if ((await this.catalogue.find(type.id)) !== null && query.dryRun !== true)
      throw new Problem('conflict', `There is a device type '${type.id}' already; PUT replaces it.`, {
        pointer: '/definition/id',
      });
    return this.put(caller, type, upload, query, 'device-type-created');
  }

  /** @throws Problem `conflict` for a type of the release, or when its devices are of another kind */
  async replace(
    caller: Caller,
    id: string,
    upload: DeviceTypeUploadDto,
    query: UploadQueryDto,
  ): Promise<UploadResultDto> {
    requireWholeCity(caller);
    const type = readType(upload);
    const before = await this.get(id);
    this.refuseBuiltIn(before);
    if (type.id !== id)
      throw new Problem('bad-request', `The definition is of '${type.id}', the address of '${id}'.`, {
        pointer: '/definition/id',
      });
    const devices = type.kind.name === before.kind ? 0 : await this.registry.deviceTypes.countDevices(id);
    if (devices > 0)
      throw new Problem('conflict', `${devices} devices of this type are of kind '${before.kind}'.`, {
        pointer: '/definition/kind',
      });
    return this.put(caller, type, upload, query, 'device-type-changed');
  }

  /** @throws Problem `conflict` when devices are of the type */
  async remove(caller: Caller, id: string): Promise<void> {
    requireWholeCity(caller);
    this.refuseBuiltIn(await this.get(id));
    if (!(await this.registry.deviceTypes.remove(id))) throw notFound('device type');
    await this.registry.audit.append({ actor: caller.name, action: 'device-type-removed', subject: id, detail: {} });
  }

  /** Decodes, maps and validates one payload; nothing is kept. */
  async try(id: string, payload: PayloadDto): Promise<TriedPayload> {
    const { type } = await this.get(id);
    if (type === null || type.script === null)
      throw new Problem('conflict', `The device type '${id}' has no script that could be run.`);
    const bytes = bytesOf(payload);
    const uplink = { bytes, fPort: payload.fPort ?? 1, receivedAt: this.clock.now() };
    return tryPayload(this.pool, type.script, uplink, type);
  }

  /** Runs the examples that the type came with; none when it has no script, or when this release cannot use it. */
  async examples(id: string): Promise<ExamplesDto> {
    const { type } = await this.get(id);
    const examples = type === null ? [] : await this.runExamples(type);
    const failed = examples.filter(({ passed }) => !passed).length;
    return { passed: examples.length - failed, failed, examples };
  }

  private async put(
    caller: Caller,
    type: DeviceType,
    upload: DeviceTypeUploadDto,
    { dryRun = false, force = false }: UploadQueryDto,
    action: string,
  ): Promise<UploadResultDto> {
    const results = await this.runExamples(type);
    const failed = results.filter((result) => !result.passed).length;
    const { id, revision } = type;
    const result = { id, revision, passed: results.length - failed, failed, examples: results };
    if (dryRun) return { ...result, saved: false };
    if (failed > 0 && !force) throw examplesFailed(results);
    await this.registry.deviceTypes.put({
      id,
      kind: type.kind.name,
      definition: upload.definition,
      script: upload.script ?? null,
      examples: upload.examples ?? [],
      revision,
    });
    await this.registry.audit.append({
      actor: caller.name,
      action,
      subject: id,
      detail: { kind: type.kind.name, revision, failedExamples: failed },
    });
    return { ...result, saved: true };
  }

  private async runExamples(type: DeviceType): Promise<ExampleResult[]> {
    const { examples } = readExamples(type.examples);
    return type.script === null ? [] : runExamples(this.pool, type.script, examples, type);
  }

  private refuseBuiltIn({ id, builtIn }: KnownDeviceType): void {
    if (builtIn)
      throw new Problem('conflict', `The device type '${id}' is part of the release; add one of another id.`);
  }
}

function requireWholeCity(caller: Caller): void {
  if (sees(caller, null)) return;
  throw new Problem('forbidden', 'A device type is used by all departments; changing one needs credentials for all.');
}

/** @throws Problem `bad-request` with everything that is wrong with the definition and the examples */
function readType({ definition, script = null, examples = [] }: DeviceTypeUploadDto): DeviceType {
  const { type, faults = [] } = checkDeviceType({ definition, script, examples });
  const all: ProblemFault[] = [
    ...faults.map(({ pointer, detail }) => ({ pointer: `/definition${pointer}`, detail })),
    ...readExamples(examples).faults.map(({ pointer, detail }) => ({ pointer: `/examples${pointer}`, detail })),
  ];
  const [first] = all;
  if (type !== undefined && first === undefined) return type;
  throw new Problem('bad-request', `The device type cannot be used: ${first?.pointer} ${first?.detail}`, {
    ...(first === undefined ? {} : { pointer: first.pointer }),
    faults: all,
  });
}

function examplesFailed(results: readonly ExampleResult[]): Problem {
  const faults = results.flatMap(({ differences }, index) =>
    differences.map(({ path, expected = 'nothing', actual = 'nothing' }) => ({
      pointer: `/examples/${index}`,
      detail: `${path === '' ? 'the whole' : path}: expected ${expected}, got ${actual}`,
    })),
  );
  const failed = results.filter((result) => !result.passed).length;
  return new Problem('examples-failed', `${failed} of ${results.length} examples fail.`, { faults });
}

function bytesOf({ hex, base64 }: PayloadDto): Uint8Array {
  if ((hex === undefined) === (base64 === undefined))
    throw new Problem('bad-request', 'Send the payload as hex or as base64.', { pointer: '/hex' });
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  const bytes = hexBytes(hex!);
  if (bytes === null)
    throw new Problem('bad-request', 'The payload is not hexadecimal: two digits for each byte.', { pointer: '/hex' });
  return Uint8Array.from(bytes);
}

import { Inject, Injectable } from '@nestjs/common';
import type { Device, Registry, StoredRule } from '#registry';
import { sees } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { notFound, Problem } from '../http/problem.js';
import { requireDepartment, requireKind } from '../kinds/catalogue-faults.js';
import { REGISTRY } from '../ports.js';
import { readAlarmDefinition } from './alarm-definition.js';
import type { RuleChangeDto } from './rule.dto.js';

/**
 * Rules within the departments of the caller. A rule for all departments is seen by everybody and changed only by those
 * who see all departments.
 */
@Injectable()
export class RuleService {
  constructor(@Inject(REGISTRY) private readonly registry: Registry) {}

  async list(caller: Caller, kind?: string): Promise<StoredRule[]> {
    const rules = await this.registry.rules.list();
    const wanted = rules.filter((rule) => kind === undefined || rule.kind === kind);
    const ids = wanted.flatMap(({ device }) => (device === null ? [] : [device]));
    const devices = new Map((await this.registry.devices.getMany(ids)).map((device) => [device.id, device]));
    return wanted.filter((rule) => isVisible(caller, rule, rule.device === null ? null : devices.get(rule.device)));
  }

  async get(caller: Caller, id: string): Promise<StoredRule> {
    const rule = await this.registry.rules.get(id);
    if (rule === null) throw notFound('rule');
    const device = rule.device === null ? null : await this.registry.devices.get(rule.device);
    if (!isVisible(caller, rule, device)) throw notFound('rule');
    return rule;
  }

  async create(caller: Caller, id: string, change: RuleChangeDto): Promise<StoredRule> {
    if ((await this.registry.rules.get(id)) !== null)
      throw new Problem('conflict', 'There is a rule of this id already.', { pointer: '/id' });
    return this.put(caller, id, change, 'rule-created');
  }

  async update(caller: Caller, id: string, change: RuleChangeDto): Promise<StoredRule> {
    const before = await this.get(caller, id);
    this.requireScope(caller, await this.departmentOf(before));
    return this.put(caller, id, change, 'rule-changed');
  }

  async remove(caller: Caller, id: string): Promise<void> {
    const rule = await this.get(caller, id);
    this.requireScope(caller, await this.departmentOf(rule));
    await this.registry.rules.remove(id);
    await this.registry.audit.append({ actor: caller.name, action: 'rule-removed', subject: id, detail: {} });
  }

  private async put(caller: Caller, id: string, change: RuleChangeDto, action: string): Promise<StoredRule> {
    const kind = requireKind(change.kind);
    if (kind.companion === true)
      throw new Problem('bad-request', 'Alarms are raised on devices; no device is of this kind.', {
        pointer: '/kind',
      });
    const scope = { department: change.department ?? null, device: change.device ?? null };
    if (scope.department !== null) await requireDepartment(this.registry, scope.department);
    await this.requireDevice(caller, scope.device, kind.name);
    this.requireScope(caller, await this.departmentOf(scope));
    const definition = await readAlarmDefinition(id, kind, change.definition);
    const rule = await this.registry.rules.put({
      id,
      kind: kind.name,
      ...scope,
      enabled: change.enabled ?? true,
      definition,
    });
    await this.registry.audit.append({
      actor: caller.name,
      action,
      subject: id,
      detail: { ...scope, kind: kind.name, enabled: rule.enabled },
    });
    return rule;
  }

  private async requireDevice(caller: Caller, id: string | null, kind: string): Promise<void> {
    if (id === null) return;
    const device = await this.registry.devices.get(id);
    if (device === null || !sees(caller, device.department) || device.kind !== kind) {
      throw new Problem('bad-request', `There is no ${kind} of this id that you may see.`, { pointer: '/device' });
    }
  }

  /** Null: all departments. */
  private async departmentOf(scope: { department: string | null; device: string | null }): Promise<string | null> {
    if (scope.device === null) return scope.department;
    return (await this.registry.devices.get(scope.device))?.department ?? scope.department;
  }

  private requireScope(caller: Caller, department: string | null): void {
    if (sees(caller, department)) return;
    const detail =
      department === null
        ? 'A rule for all departments needs credentials for all departments.'
        : `The credentials may not make rules for '${department}'.`;
    throw new Problem('forbidden', detail, { pointer: '/department' });
  }
}

function isVisible(caller: Caller, rule: StoredRule, device: Device | null | undefined): boolean {
  if (rule.device !== null) return sees(caller, device?.department ?? rule.department);
  return rule.department === null || sees(caller, rule.department);
}

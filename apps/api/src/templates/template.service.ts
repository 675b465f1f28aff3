import { Inject, Injectable } from '@nestjs/common';
import { deviceKinds } from '#kinds';
import type { DeviceTemplate, Registry } from '#registry';
import { sees, visible } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { quotaOf } from '../devices/quota.dto.js';
import { Problem } from '../http/problem.js';
import { NO_SUCH_KIND, requireDepartment } from '../kinds/catalogue-faults.js';
import { REGISTRY } from '../ports.js';
import type { TemplateChangeDto } from './template.dto.js';

/** Templates of the departments of the caller. */
@Injectable()
export class TemplateService {
  constructor(@Inject(REGISTRY) private readonly registry: Registry) {}

  list(caller: Caller): Promise<DeviceTemplate[]> {
    return this.registry.templates.list(caller.departments);
  }

  async get(caller: Caller, id: string): Promise<DeviceTemplate> {
    return visible(caller, await this.registry.templates.get(id), 'template');
  }

  async create(caller: Caller, id: string, change: TemplateChangeDto): Promise<DeviceTemplate> {
    await this.check(caller, change);
    if ((await this.registry.templates.get(id)) !== null)
      throw new Problem('conflict', 'There is a template of this id already.', { pointer: '/id' });
    return this.put(caller, 'template-created', id, change);
  }

  async replace(caller: Caller, id: string, change: TemplateChangeDto): Promise<DeviceTemplate> {
    await this.get(caller, id);
    await this.check(caller, change);
    return this.put(caller, 'template-changed', id, change);
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.get(caller, id);
    await this.registry.templates.remove(id);
    await this.registry.audit.append({ actor: caller.name, action: 'template-removed', subject: id, detail: {} });
  }

  private async put(caller: Caller, action: string, id: string, change: TemplateChangeDto): Promise<DeviceTemplate> {
    const { kind, department, namePattern, intervalMs, tags, deviceType, quota } = change;
    const template = await this.registry.templates.put({
      id,
      kind,
      department,
      namePattern: namePattern ?? null,
      intervalMs: intervalMs ?? null,
      tags: tags ?? {},
      deviceType: deviceType ?? null,
      quota: quota === undefined || quota === null ? null : quotaOf(quota),
    });
    await this.registry.audit.append({ actor: caller.name, action, subject: id, detail: { kind, department } });
    return template;
  }

  private async check(caller: Caller, { kind, department }: TemplateChangeDto): Promise<void> {
    if (!deviceKinds.some(({ name }) => name === kind))
      throw new Problem('bad-request', NO_SUCH_KIND, { pointer: '/kind' });
    await requireDepartment(this.registry, department);
    if (!sees(caller, department))
      throw new Problem('forbidden', `The credentials may not make templates for '${department}'.`, {
        pointer: '/department',
      });
  }
}

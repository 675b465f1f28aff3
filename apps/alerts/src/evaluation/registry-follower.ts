import type { Logger } from 'pino';
import type { Clock } from '#core';
import { groupOf, type Kind } from '#kinds';
import type { Device, Registry } from '#registry';
import type { AlarmChange, RuleEvaluator } from '#rules';
import type { AlarmEvaluation } from './alarm-evaluation.js';
import { readRules } from './read-rules.js';

const DEVICES_PER_PAGE = 5_000;
const CHANGES_PER_PAGE = 1_000;

type Readable = Pick<Registry, 'devices' | 'rules' | 'changes' | 'position'>;

/** Keeps the evaluator's devices and rules as the registry has them. */
export class RegistryFollower {
  private position = 0;

  constructor(
    private readonly registry: Readable,
    private readonly kinds: readonly Kind[],
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Everything, once at the start; alarms of devices and rules that went while nothing ran end now. */
  async load(evaluation: AlarmEvaluation): Promise<void> {
    // Read first: a change that falls between is then met twice, not missed.
    this.position = await this.registry.position();
    const rules = readRules(await this.registry.rules.list(), this.kinds, this.logger);
    const ids = new Set<string>();
    for (let after: string | undefined; ;) {
      const page: Device[] = await this.registry.devices.list({
        departments: null,
        limit: DEVICES_PER_PAGE,
        ...(after === undefined ? {} : { after }),
      });
      if (page.length === 0) break;
      for (const device of page) for (const id of [device.id, ...this.groupsOf(device)]) ids.add(id);
      await evaluation.apply((evaluator) => this.register(evaluator, page));
      after = page.at(-1)!.id;
    }
    const now = this.clock.now();
    await evaluation.apply((evaluator) => [...evaluator.replaceRules(rules, now), ...evaluator.retain(ids, now)]);
  }

  /** What changed since the last time. */
  async follow(evaluation: AlarmEvaluation): Promise<void> {
    for (;;) {
      const changes = await this.registry.changes(this.position, CHANGES_PER_PAGE);
      if (changes.length === 0) return;
      const devices = [...new Set(changes.flatMap(({ entity, id }) => (entity === 'device' ? [id] : [])))];
      if (devices.length > 0) await this.refresh(evaluation, devices);
      if (changes.some(({ entity }) => entity === 'rule')) {
        const rules = readRules(await this.registry.rules.list(), this.kinds, this.logger);
        await evaluation.apply((evaluator) => evaluator.replaceRules(rules, this.clock.now()));
      }
      this.position = changes.at(-1)!.position;
    }
  }

  private async refresh(evaluation: AlarmEvaluation, ids: readonly string[]): Promise<void> {
    const present = await this.registry.devices.getMany(ids);
    const found = new Set(present.map((device) => device.id));
    const now = this.clock.now();
    await evaluation.apply((evaluator) => [
      ...this.register(evaluator, present),
      ...ids.filter((id) => !found.has(id)).flatMap((id) => evaluator.forget(id, now)),
    ]);
  }

  /** Groups have derived values and so alarms of their own; they last as long as a member is registered. */
  private groupsOf(device: Device): string[] {
    const derivations = this.kinds.find(({ name }) => name === device.kind)?.derivations ?? [];
    return derivations.flatMap(({ groupBy }) => (groupBy === null ? [] : [groupOf(groupBy, device).id]));
  }

  private register(evaluator: RuleEvaluator, devices: readonly Device[]): AlarmChange[] {
    const now = this.clock.now();
    return devices.flatMap((device) => evaluator.register(device, now));
  }
}

import type { Logger } from 'pino';
import type { Kind } from '#kinds';
import type { StoredRule } from '#registry';
import { readDefinition, type ScopedRule } from '#rules';

/** The rules of the registry that this release can use; the others are left out and named in the log. */
export function readRules(stored: readonly StoredRule[], kinds: readonly Kind[], logger: Logger): ScopedRule[] {
  return stored.flatMap((rule): ScopedRule[] => {
    const kind = kinds.find((each) => each.name === rule.kind);
    const result =
      kind === undefined
        ? { faults: [{ pointer: '/kind', detail: 'there is no such kind' }] }
        : readDefinition(rule.definition, kind);
    if ('definition' in result) {
      const { department, device, enabled } = rule;
      return [{ kind: rule.kind, department, device, enabled, definition: result.definition }];
    }
    logger.warn({ rule: rule.id, faults: result.faults }, 'a rule cannot be used');
    return [];
  });
}

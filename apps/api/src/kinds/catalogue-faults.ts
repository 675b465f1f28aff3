import { findKind } from '#kinds';
import type { Kind } from '#kinds';
import type { Registry } from '#registry';
import { Problem } from '../http/problem.js';

export const NO_SUCH_KIND = 'There is no such kind; see GET /v1/kinds.';
export const NO_SUCH_DEPARTMENT = 'There is no such department; see GET /v1/departments.';

/** @throws Problem `bad-request` when this release has no such kind */
export function requireKind(name: string): Kind {
  const kind = findKind(name);
  if (kind === undefined) throw new Problem('bad-request', NO_SUCH_KIND, { pointer: '/kind' });
  return kind;
}

/** @throws Problem `bad-request` when this city has no such department */
export function requireDepartment(registry: Registry, id: string): Promise<void> {
  return refuseUnknown(registry, [id], () => '/department');
}

/**
 * @param ids null for all departments
 * @throws Problem `bad-request` that points to the first one that this city does not have
 */
export async function requireDepartments(registry: Registry, ids: readonly string[] | null): Promise<void> {
  if (ids !== null) await refuseUnknown(registry, ids, (index) => `/departments/${index}`);
}

async function refuseUnknown(
  registry: Registry,
  ids: readonly string[],
  pointerOf: (index: number) => string,
): Promise<void> {
  const known = new Set((await registry.departments.list()).map(({ id }) => id));
  const unknown = ids.findIndex((id) => !known.has(id));
  if (unknown !== -1) throw new Problem('bad-request', NO_SUCH_DEPARTMENT, { pointer: pointerOf(unknown) });
}

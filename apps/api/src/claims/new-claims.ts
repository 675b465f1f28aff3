import { plainToInstance } from 'class-transformer';
import { deviceKinds } from '#kinds';
import type { Department, DeviceTemplate } from '#registry';
import { Problem } from '../http/problem.js';
import type { ProblemFault } from '../http/problem.js';
import { shapeFaults } from '../http/validation.pipe.js';
import { NO_SUCH_DEPARTMENT, NO_SUCH_KIND } from '../kinds/catalogue-faults.js';
import { NewClaimDto } from './claim.dto.js';

export const MAX_CLAIMS_AT_ONCE = 5_000;
const MAX_FAULTS = 100;

/** What is asked for, with kind and department found out. */
export interface ClaimRequest extends NewClaimDto {
  readonly kind: string;
  readonly department: string;
}

/**
 * The claims of a body that is one or an array of them.
 * @throws Problem `bad-request` with every fault, each with its pointer into the body
 */
export async function readNewClaims(
  body: unknown,
  departments: readonly Department[],
  templates: readonly DeviceTemplate[],
): Promise<ClaimRequest[]> {
  const many = Array.isArray(body);
  const items: readonly unknown[] = many ? body : [body];
  const requests: ClaimRequest[] = [];
  const pointers: string[] = [];
  const faults: ProblemFault[] = [];
  let total = 0;
  for (const [index, item] of items.entries()) {
    const pointer = many ? `/${index}` : '';
    const claim = plainToInstance(NewClaimDto, item);
    const found = await shapeFaults(claim, 'claim', pointer);
    if (found.length === 0) {
      const { request, faults: wrong } = complete(claim, departments, templates, pointer);
      found.push(...wrong);
      requests.push(request);
      pointers.push(pointer);
      total += claim.count ?? 1;
    }
    faults.push(...found);
    if (faults.length > MAX_FAULTS) break;
  }
  faults.push(...repeated(requests, pointers, 'id'), ...repeated(requests, pointers, 'devEui'));
  if (items.length === 0 || total > MAX_CLAIMS_AT_ONCE)
    faults.push({ pointer: '', detail: `Send 1 to ${MAX_CLAIMS_AT_ONCE} claims.` });
  const [first] = faults;
  if (first !== undefined) throw new Problem('bad-request', first.detail, { pointer: first.pointer, faults });
  return requests;
}

function complete(
  claim: NewClaimDto,
  departments: readonly Department[],
  templates: readonly DeviceTemplate[],
  pointer: string,
): { request: ClaimRequest; faults: ProblemFault[] } {
  const faults: ProblemFault[] = [];
  const fault = (field: string, detail: string): number => faults.push({ pointer: `${pointer}/${field}`, detail });
  const template = claim.template === undefined ? undefined : templates.find(({ id }) => id === claim.template);
  if (claim.template !== undefined && template === undefined)
    fault('template', 'There is no such template that you may see.');
  const name = claim.kind ?? template?.kind;
  const kind = name === undefined ? undefined : deviceKinds.find((each) => each.name === name);
  if (kind === undefined) fault('kind', NO_SUCH_KIND);
  if (template !== undefined && name !== template.kind)
    fault('template', `The template is for the kind '${template.kind}'.`);
  const department = claim.department ?? template?.department ?? kind?.department ?? '';
  if (kind !== undefined && !departments.some(({ id }) => id === department)) fault('department', NO_SUCH_DEPARTMENT);
  if ((claim.count ?? 1) > 1 && (claim.id !== undefined || claim.devEui !== undefined))
    fault('count', 'Several claims cannot have one id or one DevEUI.');
  return { request: { ...claim, kind: name ?? '', department }, faults };
}

function repeated(
  requests: readonly ClaimRequest[],
  pointers: readonly string[],
  field: 'id' | 'devEui',
): ProblemFault[] {
  const seen = new Set<string>();
  return requests.flatMap((request, index) => {
    const value = request[field]?.toLowerCase();
    if (value === undefined || seen.size !== seen.add(value).size) return [];
    return [{ pointer: `${pointers[index]!}/${field}`, detail: 'It is used twice in this request.' }];
  });
}

import { kinds as allKinds } from './catalogue.js';
import type { Kind } from './kind.js';
import { nearestName } from './nearest-name.js';

/**
 * Kinds that would identify people are refused unless an approval is on record (THREATS 40). The record itself is kept by the
 * body that approved; the platform is told its reference, which the public register shows.
 */

/** Reference of the recorded approval by name of the kind. */
export type Approvals = ReadonlyMap<string, string>;

export interface RefusedKind {
  readonly kind: Kind;
  readonly reason: 'identifies-people-without-approval';
}

/**
 * Reads a setting such as `plate-reader=DPO/2026/14, face-counter=PCPD-77` (`LAMPLIGHTER_APPROVED_KINDS`). A name without a
 * reference is a fault: an approval that is not on record is none.
 *
 * @returns the approvals, and everything that is wrong with the setting; a caller stops when there is anything
 */
export function readApprovals(
  text: string,
  kinds: readonly Kind[],
): { readonly approvals: Approvals; readonly faults: readonly string[] } {
  const approvals = new Map<string, string>();
  const faults: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [name, reference] = splitOnce(entry);
    const fault = faultOf(name, reference, kinds) ?? (approvals.has(name) ? `'${name}' is approved twice` : null);
    if (fault === null) approvals.set(name, reference);
    else faults.push(fault);
  }
  return { approvals, faults };
}

/** The approvals of the catalogue's kinds, for the settings of a process; what is wrong is added to the faults. */
export function approvalSettings(
  { LAMPLIGHTER_APPROVED_KINDS: text }: { readonly LAMPLIGHTER_APPROVED_KINDS: string },
  faults: string[],
): Approvals {
  const { approvals, faults: unread } = readApprovals(text, allKinds);
  faults.push(...unread.map((fault) => `LAMPLIGHTER_APPROVED_KINDS: ${fault}`));
  return approvals;
}

/** Kinds that may be used: all that identify nobody, and those that the approvals name. The order is kept. */
export function admissibleKinds(kinds: readonly Kind[], approvals: Approvals): Kind[] {
  return kinds.filter((kind) => isAdmissible(kind, approvals));
}

/** The others, with the reason, for the log and the answer to whoever tries to register a device of one. */
export function refusedKinds(kinds: readonly Kind[], approvals: Approvals): RefusedKind[] {
  return kinds
    .filter((kind) => !isAdmissible(kind, approvals))
    .map((kind) => ({ kind, reason: 'identifies-people-without-approval' }));
}

/** What to tell whoever uses a kind that needs an approval; null when it may be used, or is no kind at all. */
export function refusalOf(name: string, kinds: readonly Kind[], approvals: Approvals): string | null {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (kind?.identifiesPeople === undefined || isAdmissible(kind, approvals)) return null;
  const { what, approvalRequired } = kind.identifiesPeople;
  return `Devices of the kind '${name}' could identify people: ${what.en} Needed: ${approvalRequired.en} Then set LAMPLIGHTER_APPROVED_KINDS=${name}=<reference of the approval>.`;
}

function isAdmissible(kind: Kind, approvals: Approvals): boolean {
  return kind.identifiesPeople === undefined || (approvals.get(kind.name) ?? '').trim() !== '';
}

function splitOnce(entry: string): readonly [string, string] {
  const at = entry.indexOf('=');
  return at < 0 ? [entry, ''] : [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
}

function faultOf(name: string, reference: string, kinds: readonly Kind[]): string | null {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (kind === undefined) {
    const nearest = nearestName(
      name,
      kinds.map((candidate) => candidate.name),
    );
    return `'${name}' is not a kind${nearest === null ? '' : `; did you mean '${nearest}'?`}`;
  }
  if (kind.identifiesPeople === undefined) return `'${name}' identifies nobody and needs no approval; remove it`;
  return reference === '' ? `'${name}' has no reference; write ${name}=<reference of the recorded approval>` : null;
}

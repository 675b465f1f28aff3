import { type DeadLetterFilter, GROUPINGS, type Grouping } from '../api/dead-letters';

export const TABS = ['letters', 'seen', 'replays'] as const;
export type Tab = (typeof TABS)[number];

/** What the page shows is in the address, so that a colleague can be sent the same view. Without a tab it shows the letters. */
export interface QuarantineSearch extends DeadLetterFilter {
  readonly tab?: Exclude<Tab, 'letters'>;
  /** What the letters are grouped by; by their reason when nothing is said. */
  readonly by?: Exclude<Grouping, 'code'>;
}

export function readQuarantineSearch(search: Record<string, unknown>): QuarantineSearch {
  const tab = (['seen', 'replays'] as const).find((one) => one === search['tab']);
  const by = (['device', 'kind', 'source'] as const).find((one) => one === search['by']);
  return { ...(tab ? { tab } : {}), ...(by ? { by } : {}), ...textsOf(search, GROUPINGS) };
}

/** The named members that are texts and not empty. Numbers count as texts: the router reads a device called 4711 as one. */
export function textsOf<Name extends string>(
  search: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === 'number' || (typeof value === 'string' && value !== '')) found[name] = String(value);
  }
  return found;
}

/** The part of the address that selects letters. */
export function filterOf({ tab: _tab, by: _by, ...filter }: QuarantineSearch): DeadLetterFilter {
  return textsOf(filter, GROUPINGS);
}

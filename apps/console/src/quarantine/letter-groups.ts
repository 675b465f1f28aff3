import { type DeadLetterGroup, type Grouping, MOST_GROUPS, NONE } from '../api/dead-letters';

/** Letters that stand together: of one reason, one device, one kind or one source. */
export interface LetterGroup {
  /** What they have in common; `NONE` where they have none. */
  readonly value: string;
  readonly letters: number;
  readonly first: string;
  readonly last: string;
  /** What else there is of them, those with the most letters first: kinds of a reason, reasons of anything else. */
  readonly detail: readonly string[];
  readonly devices: number;
  /** More devices than were asked for. */
  readonly devicesAtLeast: boolean;
}

/** What the letters of a group are told apart by, in the line below it. */
export const detailOf = (by: Grouping): Grouping => (by === 'code' ? 'kind' : 'code');

/** Joins the groups with those by their detail, and with those by their device. The order stays that of the first. */
export function letterGroupsOf(
  by: Grouping,
  groups: readonly DeadLetterGroup[],
  byDetail: readonly DeadLetterGroup[],
  byDevice: readonly DeadLetterGroup[],
): LetterGroup[] {
  const details = namesOf(by, byDetail, detailOf(by));
  const devices = by === 'device' ? new Map<string, string[]>() : namesOf(by, byDevice, 'device');
  return groups.flatMap(({ key, letters, firstReceivedAt, lastReceivedAt }) => {
    const value = key[by] ?? NONE;
    // What was damaged in the journal came from nobody: it is found by its reason.
    if (by === 'source' && (value === '' || value === NONE)) return [];
    return {
      value,
      letters,
      first: firstReceivedAt,
      last: lastReceivedAt,
      detail: details.get(value) ?? [],
      devices: devices.get(value)?.length ?? 0,
      devicesAtLeast: byDevice.length >= MOST_GROUPS,
    };
  });
}

/** By value of the one member, the values of the other; letters that have none of it are left out. */
function namesOf(by: Grouping, groups: readonly DeadLetterGroup[], name: Grouping): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { key } of groups) {
    const [value, named] = [key[by] ?? NONE, key[name] ?? null];
    if (named !== null) names.set(value, [...(names.get(value) ?? []), named]);
  }
  return names;
}

/** Letters of all groups together. */
export const lettersOf = (groups: readonly DeadLetterGroup[]): number =>
  groups.reduce((sum, { letters }) => sum + letters, 0);

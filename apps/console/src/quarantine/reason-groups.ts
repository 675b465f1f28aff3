import { MOST_GROUPS, type DeadLetterGroup } from '../api/dead-letters';

/** What stands together under one reason. */
export interface ReasonGroup {
  readonly code: string;
  readonly letters: number;
  readonly first: string;
  readonly last: string;
  /** Names of kinds, those with the most letters first; letters of unknown devices are of none. */
  readonly kinds: readonly string[];
  readonly devices: number;
  /** More devices than were asked for. */
  readonly devicesAtLeast: boolean;
}

/** Joins the groups by code with those by code and kind, and by code and device. The order stays that of the first. */
export function reasonGroupsOf(
  byCode: readonly DeadLetterGroup[],
  byKind: readonly DeadLetterGroup[],
  byDevice: readonly DeadLetterGroup[],
): ReasonGroup[] {
  return byCode.map(({ key, letters, firstReceivedAt, lastReceivedAt }) => {
    const code = key['code'] ?? '';
    return {
      code,
      letters,
      first: firstReceivedAt,
      last: lastReceivedAt,
      kinds: namesOf(byKind, code, 'kind'),
      devices: namesOf(byDevice, code, 'device').length,
      devicesAtLeast: byDevice.length >= MOST_GROUPS,
    };
  });
}

function namesOf(groups: readonly DeadLetterGroup[], code: string, name: string): string[] {
  return groups.filter(({ key }) => key['code'] === code).flatMap(({ key }) => key[name] ?? []);
}

/** Letters of all groups together. */
export const lettersOf = (groups: readonly ReasonGroup[]): number =>
  groups.reduce((sum, { letters }) => sum + letters, 0);

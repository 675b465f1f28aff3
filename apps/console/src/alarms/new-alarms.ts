import type { Alarm } from '../api/types';

/** Which alarms nobody has been told of. Null: these are the first that are known, and no news. */
export function newAlarms(known: ReadonlySet<string> | null, alarms: readonly Alarm[]): readonly Alarm[] {
  if (known === null) return [];
  return alarms.filter(({ id, active, acknowledged }) => !known.has(id) && active && !acknowledged);
}

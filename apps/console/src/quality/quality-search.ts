import { GRADES, type QualityFilter } from '../api/quality';
import { textsOf } from '../quarantine/quarantine-search';

const NAMES = ['kind', 'department', 'district'] as const;

/** What the page shows is in the address. */
export function readQualitySearch(search: Record<string, unknown>): QualityFilter {
  const grade = GRADES.find((one) => one === search['grade']);
  return { ...textsOf(search, NAMES), ...(grade ? { grade } : {}) };
}

import { SEVERITIES, type Severity } from '../api/types';

/** What a view shows is in the address, so that a colleague can be sent the same view. */
export interface OperationsSearch {
  readonly view?: 'list';
  readonly severity?: Severity;
  readonly search?: string;
}

export function readOperationsSearch(search: Record<string, unknown>): OperationsSearch {
  const severity = SEVERITIES.find((one) => one === search['severity']);
  return {
    ...(search['view'] === 'list' ? { view: 'list' as const } : {}),
    ...(severity ? { severity } : {}),
    ...(typeof search['search'] === 'string' && search['search'] !== '' ? { search: search['search'] } : {}),
  };
}

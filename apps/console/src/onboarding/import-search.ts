import { textsOf } from '../quarantine/quarantine-search';

/** The import that the page follows is in the address: it is found again after a reload, as long as the platform knows it. */
export interface ImportSearch {
  readonly job?: string;
}

export const readImportSearch = (search: Record<string, unknown>): ImportSearch => textsOf(search, ['job']);

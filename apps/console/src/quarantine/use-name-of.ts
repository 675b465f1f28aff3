import { useQuery } from '@tanstack/react-query';
import { type Grouping, NONE } from '../api/dead-letters';
import { kindsQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { REASONS } from './reasons';

/** A value that letters are grouped by, in the reader's language; the code is what it is called elsewhere, where that is something else. */
export interface GroupName {
  readonly title: string;
  readonly code: string | null;
}

export function useNameOf(): (by: Grouping, value: string) => GroupName {
  const { t, titleOf } = useLanguage();
  const kinds = useQuery(kindsQuery).data;
  return (by, value) => {
    if (value === NONE) return { title: t(by === 'kind' ? 'quarantine.noKind' : 'quarantine.noDevice'), code: null };
    if (by === 'code') return { title: titleOf(REASONS[value]?.title, value), code: value };
    if (by === 'kind') return { title: titleOf(kinds?.get(value)?.titles, value), code: value };
    return { title: value, code: null };
  };
}

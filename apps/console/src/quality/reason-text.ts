import { useQuery } from '@tanstack/react-query';
import type { Quality } from '../api/quality';
import { kindsQuery } from '../api/queries';
import type { Kind, Titles } from '../api/types';
import { useLanguage } from '../i18n';

type Reason = Quality['reasons'][number];

/** The reason as the platform wrote it, but with the title of its metric instead of the name. */
export function withTitle(text: string, metric: string | undefined, title: string | undefined): string {
  return metric === undefined || title === undefined ? text : text.replace(metric, () => title);
}

/** The metric may be one of the companions that are stored beside the readings of any kind. */
function titlesOf(kinds: ReadonlyMap<string, Kind> | undefined, kind: string, metric?: string): Titles | undefined {
  const named = (one: Kind | undefined): Titles | undefined => one?.metrics.find(({ name }) => name === metric)?.titles;
  const companions = [...(kinds?.values() ?? [])].filter(({ companion }) => companion === true);
  return named(kinds?.get(kind)) ?? companions.map(named).find((titles) => titles !== undefined);
}

/** Why a device of a kind has not all points, in the words of the reader. */
export function useReasonText(): (kind: string, reason: Reason) => string {
  const { titleOf } = useLanguage();
  const kinds = useQuery(kindsQuery).data;
  return (kind, { text, metric }) => {
    const titles = metric === undefined ? undefined : titlesOf(kinds, kind, metric);
    return withTitle(titleOf(text), metric, titles && titleOf(titles));
  };
}

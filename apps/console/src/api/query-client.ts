import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Problem } from './client';
import { sessionQuery } from './queries';

const RETRIES = 3;

/** What the API refused it refuses again; only no answer, a failure of its own and too many requests may pass. */
function mayPass(error: Error): boolean {
  return !(error instanceof Problem) || error.status === 0 || error.status === 429 || error.status >= 500;
}

/**
 * The cache of what the API answered. It asks whether or not the browser believes to be online: an operations room may have no way to the
 * internet, and an acknowledgement that silently waits for one is worse than one that fails.
 */
export function createQueryClient(): QueryClient {
  const onError = (error: Error): void => {
    const { queryKey } = sessionQuery;
    const ended = error instanceof Problem && error.status === 401 && client.getQueryData(queryKey) !== undefined;
    if (ended && client.getQueryState(queryKey)?.status === 'success') void client.invalidateQueries({ queryKey });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: true,
        networkMode: 'always',
        retry: (failures, error) => failures < RETRIES && mayPass(error),
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}

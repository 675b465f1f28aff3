import { useEffect, useRef } from 'react';

interface Progress<T> {
  take(job: T): void;
  hasEnded(job: T): boolean;
  /** The API does not know the job (any more). */
  gone?(): void;
}

/** Follows a job by its event stream until it has ended. The browser connects again by itself, and resumes where it was. */
export function useProgress<T>(path: string | null, progress: Progress<T>): void {
  const latest = useRef(progress);
  useEffect(() => {
    latest.current = progress;
  });
  useEffect(() => {
    if (path === null) return undefined;
    const source = new EventSource(path);
    source.addEventListener('progress', (message: MessageEvent<string>) => {
      const job = JSON.parse(message.data) as T;
      latest.current.take(job);
      if (latest.current.hasEnded(job)) source.close();
    });
    // While it tries again it is CONNECTING; CLOSED is what a refusal leaves.
    source.addEventListener('error', () => source.readyState === EventSource.CLOSED && latest.current.gone?.());
    return () => source.close();
  }, [path]);
}

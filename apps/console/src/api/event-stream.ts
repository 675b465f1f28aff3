/** Longest pause before a stream that was refused is asked for again. */
const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;

interface StreamUse {
  /** What to do with the data of each event, by the name of the event. */
  readonly events: Readonly<Record<string, (data: unknown) => void>>;
  /** The stream is there, for the first time or again. */
  opened?(): void;
  /** The connection has broken; it is tried again. */
  lost?(): void;
  /** The server answered, and not with a stream: the session may have ended. It is tried again. */
  refused?(): void;
}

/**
 * Follows an event stream until the function that is returned is called. A browser connects again by itself when a connection breaks,
 * but gives up for good when it is answered with anything but a stream (HTML Standard, section 9.2.3 "fail the connection"), as by a
 * proxy while the platform starts again. Then this asks again, less and less often.
 */
export function followStream(path: string, { events, opened, lost, refused }: StreamUse): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  const connect = (): void => {
    source = new EventSource(path);
    source.addEventListener('open', () => {
      pauseMs = FIRST_PAUSE_MS;
      opened?.();
    });
    source.addEventListener('error', () => {
      lost?.();
      if (source.readyState !== EventSource.CLOSED) return;
      refused?.();
      timer = setTimeout(connect, pauseMs * (0.5 + Math.random()));
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    });
    for (const [name, take] of Object.entries(events))
      source.addEventListener(name, (message: MessageEvent<string>) => take(JSON.parse(message.data)));
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

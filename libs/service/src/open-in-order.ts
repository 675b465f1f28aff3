/** What can be closed again. */
export interface Closable {
  close(): Promise<void>;
}

/** Waits for an opening and notes what was opened, to be closed in its turn. */
export type Opened = <T extends Closable>(opening: T | Promise<T>) => Promise<T>;

/**
 * Opens what a composition root needs, one after the other. `close` of the result closes it in the reverse order; when
 * an opening fails, what was opened before it is closed.
 */
export async function openInOrder<T extends object>(open: (opened: Opened) => Promise<T>): Promise<T & Closable> {
  const closables: Closable[] = [];
  const opened: Opened = async (opening) => {
    const closable = await opening;
    closables.unshift(closable);
    return closable;
  };
  const close = async (): Promise<void> => {
    for (const closable of closables) await closable.close();
  };
  try {
    return { ...(await open(opened)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs tasks one after the other, in the order in which they were given. After a failure none of the later ones runs. */
export class InTurn {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    this.last = result;
    // Whoever gave the task hears of its failure; this copy must not count as unhandled.
    this.last.catch(() => undefined);
    return result;
  }

  /** Resolves when everything given so far is done. @throws what the first failed task threw */
  async done(): Promise<void> {
    await this.last;
  }
}

/** Payload bytes that wait for their fsync, over all connections. Beyond the budget no socket is read. */
export class InflightBudget {
  private bytes = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly maxBytes: number) {}

  get used(): number {
    return this.bytes;
  }

  take(bytes: number): void {
    this.bytes += bytes;
  }

  give(bytes: number): void {
    this.bytes -= bytes;
    if (this.waiting.size > 0 && this.bytes <= this.maxBytes / 2) this.wake();
  }

  exceeded(): boolean {
    return this.bytes > this.maxBytes;
  }

  /** Calls back once when half of the budget is free again. */
  whenFree(resume: () => void): void {
    this.waiting.add(resume);
  }

  forget(resume: () => void): void {
    this.waiting.delete(resume);
  }

  private wake(): void {
    const resumed = [...this.waiting];
    this.waiting.clear();
    for (const resume of resumed) resume();
  }
}

/** Runs a task again and again, a pause after each end, until it is stopped. The task reports its own failures. */
export class Repeater {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly pauseMs: number,
    private readonly task: () => Promise<void>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  start(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => this.runNow(), this.pauseMs);
  }

  /** Resolves when a run that is under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
  }

  private runNow(): void {
    this.running = this.task()
      .catch(this.onFailure)
      .finally(() => this.start());
  }
}

/** Growing pauses between attempts, spread so that many clients of one server do not come back together. */
export class Backoff {
  private attempts = 0;

  constructor(
    private readonly firstMs: number,
    private readonly longestMs: number,
    /** Uniform in [0, 1). */
    private readonly random: () => number,
  ) {}

  /** Between half of the pause and the whole of it; each pause is twice the one before. */
  next(): number {
    const pauseMs = Math.min(this.longestMs, this.firstMs * 2 ** this.attempts);
    if (pauseMs < this.longestMs) this.attempts++;
    return pauseMs * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.attempts = 0;
  }
}

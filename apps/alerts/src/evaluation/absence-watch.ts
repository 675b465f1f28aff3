import type { Clock } from '#core';
import type { AlarmEvaluation } from './alarm-evaluation.js';

/**
 * Drives absences: nothing arrives when a device falls silent, so a clock has to ask. It asks only while the platform hears
 * its devices; when broker, ingest or alerts itself was down or behind, silence is counted anew from their return.
 */
export class AbsenceWatch {
  private isListening = false;

  constructor(
    private readonly evaluation: AlarmEvaluation,
    private readonly hearsDevices: () => boolean,
    private readonly clock: Clock,
  ) {}

  async tick(): Promise<void> {
    if (!this.hearsDevices()) {
      this.isListening = false;
      return;
    }
    const now = this.clock.now();
    const returned = !this.isListening;
    this.isListening = true;
    await this.evaluation.apply((evaluator) => {
      if (returned) evaluator.listen(now);
      return evaluator.tick(now);
    });
  }
}

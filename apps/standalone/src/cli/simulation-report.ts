import type { SimulationState } from '../../../../simulators/src/city-simulation.js';
import type { Progress } from '../../../../simulators/src/provisioner.js';

/** Registering is told in tenths when no terminal shows it. */
const STEPS = 10;

/** What a simulation tells whoever started it: a line that renews itself on a terminal, one line after the other in a file. */
export class SimulationReport {
  private startedAt = performance.now();
  private last = { at: performance.now(), sent: 0 };
  private told = -1;

  constructor(
    readonly live: boolean,
    private readonly write: (text: string) => void,
  ) {}

  registering({ done, of }: Progress): void {
    if (of === 0) return;
    const step = Math.floor((done / of) * STEPS);
    if (!this.live && step === this.told) return;
    this.told = step;
    this.line(`registering ${done} of ${of} devices`);
  }

  started({ devices, registered, seconds }: { devices: number; registered: number; seconds: number }): void {
    const rate = registered === 0 ? '' : ` (${Math.round(registered / seconds)}/s)`;
    this.finishLine(`${devices} devices, ${registered} registered in ${seconds.toFixed(1)} s${rate}`);
    this.startedAt = performance.now();
    this.last = { at: this.startedAt, sent: 0 };
  }

  status(state: SimulationState): void {
    const now = performance.now();
    const perSecond = ((state.sent - this.last.sent) * 1000) / (now - this.last.at);
    this.last = { at: now, sent: state.sent };
    const { sent, acknowledged, late, missed, connected, connections } = state;
    this.line(
      [
        `${Math.round(perSecond)}/s`,
        `sent ${sent}`,
        `acknowledged ${acknowledged}`,
        `late ${late}`,
        `missed ${missed}`,
        `connected ${connected}/${connections}`,
        `RSS ${residentMiB()} MiB`,
      ].join('  '),
    );
  }

  summary({ sent, acknowledged, lost, inFlight, late, missed, unheard }: SimulationState): void {
    const seconds = (performance.now() - this.startedAt) / 1000;
    this.finishLine(
      `${sent} messages in ${seconds.toFixed(0)} s (${Math.round(sent / seconds)}/s), ` +
        `${acknowledged} acknowledged, ${lost + inFlight} lost; ${late} ticks late, ${missed} missed, ` +
        `${unheard} frames unheard by any gateway; RSS ${residentMiB()} MiB`,
    );
  }

  private line(text: string): void {
    this.write(this.live ? `\r\u001b[K${text}` : `${text}\n`);
  }

  private finishLine(text: string): void {
    this.write(this.live ? `\r\u001b[K${text}\n` : `${text}\n`);
  }
}

function residentMiB(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}

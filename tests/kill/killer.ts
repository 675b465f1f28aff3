import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const SERVICES = ['broker', 'ingest', 'alerts', 'quality', 'api'] as const;
export type Service = (typeof SERVICES)[number];

const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_500;
/** The supervisor waits up to ten seconds before it starts a service that keeps dying. */
const RETURN_TIMEOUT_MS = 180_000;

export interface Kill {
  readonly service: Service;
  readonly pid: number;
}

/** `kill -9` of one service after another, at moments that the seed decides. A service is killed only when it is running. */
export class Killer {
  private readonly killed = new Map<Service, number>();

  constructor(
    private readonly dataDirectory: string,
    private readonly random: () => number,
  ) {}

  async killOne(): Promise<Kill> {
    await sleep(SHORTEST_PAUSE_MS + this.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
    const deadline = performance.now() + RETURN_TIMEOUT_MS;
    const order = shuffled(SERVICES, this.random);
    for (;;) {
      const service = order.find((candidate) => this.runningPid(candidate) !== null);
      const pid = service && this.runningPid(service);
      if (service !== undefined && pid) {
        process.kill(pid, 'SIGKILL');
        this.killed.set(service, pid);
        return { service, pid };
      }
      if (performance.now() > deadline) throw new Error(`no service came back: ${this.describe()}`);
      await sleep(50);
    }
  }

  /** @throws Error that names the services which did not come back */
  async allReturned(): Promise<void> {
    const deadline = performance.now() + RETURN_TIMEOUT_MS;
    for (;;) {
      const missing = SERVICES.filter((service) => this.runningPid(service) === null);
      if (missing.length === 0) return;
      if (performance.now() > deadline) throw new Error(`${missing.join(', ')} did not come back: ${this.describe()}`);
      await sleep(100);
    }
  }

  /** What is known of each service, for the finding that one is gone. */
  private describe(): string {
    return SERVICES.map((service) => {
      const running = this.runningPid(service);
      return `${service} ${running === null ? `not since ${this.killed.get(service) ?? 'the start'}` : `runs as ${running}`}`;
    }).join(', ');
  }

  /** Process id of the service if it runs and is not the one killed before, which may still be in the table of processes. */
  private runningPid(service: Service): number | null {
    let pid: number;
    try {
      pid = Number(readFileSync(join(this.dataDirectory, 'run', `${service}.pid`), 'utf8'));
      process.kill(pid, 0);
    } catch {
      return null;
    }
    return pid > 0 && pid !== this.killed.get(service) ? pid : null;
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

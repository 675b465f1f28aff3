import type { SandboxThread } from './sandbox-thread.js';

type Task = (thread: SandboxThread) => Promise<void>;

/** Gives threads to tasks; owners of tasks take turns, so that a long queue of one does not hold up the others. */
export class ThreadQueue {
  private readonly idle: SandboxThread[] = [];
  private readonly all = new Set<SandboxThread>();
  /** Owner -> its tasks; the order of the map is the order of turns. */
  private readonly tasks = new Map<string, Task[]>();
  private starting = 0;
  private closed = false;

  constructor(
    private readonly size: number,
    private readonly start: () => Promise<SandboxThread>,
  ) {}

  run<T>(owner: string, task: (thread: SandboxThread) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(new Error('The sandbox is closed'));
      const own = this.tasks.get(owner) ?? [];
      own.push((thread) => task(thread).then(resolve, reject));
      this.tasks.set(owner, own);
      this.next();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.tasks.clear();
    await Promise.all([...this.all].map((thread) => thread.close()));
    this.all.clear();
  }

  private next(): void {
    while (this.tasks.size > 0) {
      const thread = this.idle.pop();
      if (thread === undefined) return this.grow();
      if (!thread.usable) {
        this.all.delete(thread);
        continue;
      }
      const [owner, own] = this.tasks.entries().next().value as [string, Task[]];
      this.tasks.delete(owner);
      const task = own.shift()!;
      if (own.length > 0) this.tasks.set(owner, own);
      void task(thread).finally(() => this.giveBack(thread));
    }
  }

  private giveBack(thread: SandboxThread): void {
    if (thread.usable && !this.closed) this.idle.push(thread);
    else this.all.delete(thread);
    this.next();
  }

  private grow(): void {
    if (this.closed || this.all.size + this.starting >= this.size) return;
    this.starting++;
    void this.start().then(
      (thread) => {
        this.starting--;
        if (this.closed) return void thread.close();
        this.all.add(thread);
        this.idle.push(thread);
        this.next();
      },
      (error: unknown) => {
        this.starting--;
        this.failAll(error);
      },
    );
  }

  /** A thread that cannot be made will not be made for the next task either. */
  private failAll(error: unknown): void {
    const waiting = [...this.tasks.values()].flat();
    this.tasks.clear();
    const broken = { usable: false, run: () => Promise.reject(error as Error) } as unknown as SandboxThread;
    for (const task of waiting) void task(broken);
  }
}

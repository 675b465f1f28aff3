/** A tick that comes this long after its time counts as late. */
const LATE_MS = 1_000;

/** `held` leaves the tick to the next turn: whoever has to take the reading is full. */
export type Visit = 'done' | 'held';

/** Devices with the same interval: each is due once a round, and the round is spread evenly over the interval. */
interface Round {
  readonly intervalMs: number;
  readonly members: Uint32Array;
  /** Ticks since the start, those that were missed included. */
  done: number;
}

/**
 * Whose turn it is, without a timer for each device: of a round of n devices the k-th tick is due at k/n of the interval. A slow
 * receiver makes ticks late, and one that is slow for a whole interval makes the devices miss them, so nothing piles up.
 */
export class TickWheel {
  late = 0;
  missed = 0;
  private readonly rounds: readonly Round[];
  /** The round that a turn begins with changes, so that none starves when the budget is short. */
  private first = 0;

  /** @param startedAt monotonic time of the first tick, in milliseconds */
  constructor(
    intervalsMs: ArrayLike<number>,
    private readonly startedAt: number,
  ) {
    const byInterval = new Map<number, number[]>();
    for (let index = 0; index < intervalsMs.length; index++) {
      const intervalMs = intervalsMs[index]!;
      const members = byInterval.get(intervalMs);
      if (members === undefined) byInterval.set(intervalMs, [index]);
      else members.push(index);
    }
    this.rounds = [...byInterval].map(([intervalMs, members]) => ({
      intervalMs,
      members: Uint32Array.from(members),
      done: 0,
    }));
  }

  /**
   * Visits who is due, in order, until nobody is, the visitor holds, or the budget is used up.
   *
   * @param now the monotonic clock in milliseconds
   */
  turn(now: () => number, visit: (index: number) => Visit, budgetMs = Infinity): void {
    const begun = now();
    this.first = (this.first + 1) % Math.max(1, this.rounds.length);
    for (const round of [...this.rounds.slice(this.first), ...this.rounds.slice(0, this.first)]) {
      const due = this.dueOf(round, begun);
      while (round.done < due) {
        const index = round.members[round.done % round.members.length]!;
        const lateMs = now() - this.timeOf(round, round.done);
        if (visit(index) === 'held') break;
        if (lateMs > LATE_MS) this.late++;
        round.done++;
        if (now() - begun > budgetMs) return;
      }
    }
  }

  /** Ticks that should have come by now. Those of more than one round ago are missed: the devices have newer ones to say. */
  private dueOf(round: Round, now: number): number {
    const { length } = round.members;
    if (now < this.startedAt) return 0;
    const due = Math.floor(((now - this.startedAt) * length) / round.intervalMs) + 1;
    const missed = due - length - round.done;
    if (missed > 0) {
      this.missed += missed;
      round.done += missed;
    }
    return due;
  }

  private timeOf(round: Round, tick: number): number {
    return this.startedAt + (tick * round.intervalMs) / round.members.length;
  }
}

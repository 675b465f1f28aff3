interface Branch {
  /** By level; wildcards under '+' and '#'. */
  readonly next: Map<string, Branch>;
  /** How often the filter that ends here was added. */
  filters: number;
}

/**
 * Many (valid) filters at once: tells whether any of them matches a topic, at a cost that depends on the levels of the topic rather than on
 * the number of filters. Says the same as `topicMatches` of each.
 */
export class TopicFilters {
  /** Filters without wildcards, which are topics, with how often each was added. Nearly all are. */
  private readonly topics = new Map<string, number>();
  private root: Branch | null = null;

  constructor(filters: Iterable<string> = []) {
    for (const filter of filters) this.add(filter);
  }

  /** A filter that is added twice has to be removed twice. */
  add(filter: string): void {
    if (!hasWildcard(filter)) {
      this.topics.set(filter, (this.topics.get(filter) ?? 0) + 1);
      return;
    }
    let branch = (this.root ??= newBranch());
    for (const level of filter.split('/')) {
      let next = branch.next.get(level);
      if (next === undefined) branch.next.set(level, (next = newBranch()));
      branch = next;
    }
    branch.filters++;
  }

  /** False: it was not there. */
  remove(filter: string): boolean {
    if (hasWildcard(filter)) return this.cut(filter.split('/'));
    const count = this.topics.get(filter);
    if (count === undefined) return false;
    if (count > 1) this.topics.set(filter, count - 1);
    else this.topics.delete(filter);
    return true;
  }

  match(topic: string): boolean {
    if (this.topics.has(topic)) return true;
    if (this.root === null) return false;
    const levels = topic.split('/');
    // [MQTT-4.7.2-1] A filter that begins with a wildcard never matches a topic that begins with '$'.
    if (!topic.startsWith('$')) return matchesBelow(this.root, levels, 0);
    const named = this.root.next.get(levels[0]!);
    return named !== undefined && matchesBelow(named, levels, 1);
  }

  /** Takes a filter with wildcards away, and the branches that lead to nothing any more. */
  private cut(levels: readonly string[]): boolean {
    const way: Branch[] = [];
    let branch: Branch | undefined = this.root ?? undefined;
    for (const level of levels) {
      if (branch === undefined) return false;
      way.push(branch);
      branch = branch.next.get(level);
    }
    if (branch === undefined || branch.filters === 0) return false;
    branch.filters--;
    for (let at = levels.length - 1; at >= 0 && isBare(branch); at--) {
      branch = way[at]!;
      branch.next.delete(levels[at]!);
    }
    if (isBare(this.root!)) this.root = null;
    return true;
  }
}

/** A branch is looked at once at most, so hostile filters cost no more than their levels. */
function matchesBelow({ next, filters }: Branch, levels: readonly string[], at: number): boolean {
  // [MQTT-4.7.1-2] Also for the parent level: 'a/#' matches 'a'.
  if (next.has('#')) return true;
  if (at === levels.length) return filters > 0;
  const named = next.get(levels[at]!);
  if (named !== undefined && matchesBelow(named, levels, at + 1)) return true;
  const any = next.get('+');
  return any !== undefined && matchesBelow(any, levels, at + 1);
}

function newBranch(): Branch {
  return { next: new Map(), filters: 0 };
}

function isBare({ next, filters }: Branch): boolean {
  return filters === 0 && next.size === 0;
}

function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#');
}

/** Longer names are not compared: a hostile payload must not buy work with length. */
const MAX_LENGTH = 32;

/**
 * The candidate that the writer most probably meant, or null when none is near: equal without case and punctuation, or at
 * most a third of its letters away (Levenshtein distance).
 */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  if (name.length === 0 || name.length > MAX_LENGTH) return null;
  const plain = plainForm(name);
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const other = plainForm(candidate);
    const distance = plain === other ? 0 : editDistance(plain, other);
    if (distance < bestDistance && distance <= Math.floor(Math.max(plain.length, other.length) / 3)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function plainForm(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replace, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

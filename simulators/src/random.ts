/** A seeded source of randomness: the same seed gives the same city, day after day. Not for secrets. */
export class SeededRandom {
  private state: number;
  private spare: number | null = null;

  constructor(seed: string) {
    this.state = hash32(seed);
  }

  /** Uniform in [0, 1). */
  readonly next = (): number => {
    this.state = advanced(this.state);
    return uniformOf(this.state);
  };

  /** Standard normal (Box and Muller). */
  readonly gaussian = (): number => {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  readonly pick = <T>(choices: readonly T[]): T => choices[Math.floor(this.next() * choices.length)]!;
}

/**
 * Many seeded sources as two blocks of numbers. One of them is in focus, and `next`, `gaussian` and `pick` draw from it: a city
 * of 150,000 devices cannot afford an object with three closures for each.
 */
export class SeededRandoms {
  private readonly states: Uint32Array;
  private readonly spares: Float64Array;
  private focused = 0;

  constructor(count: number, seedOf: (index: number) => string) {
    this.states = Uint32Array.from({ length: count }, (_, index) => hash32(seedOf(index)));
    this.spares = new Float64Array(count).fill(NaN);
  }

  get bytes(): number {
    return this.states.byteLength + this.spares.byteLength;
  }

  focus(index: number): this {
    this.focused = index;
    return this;
  }

  readonly next = (): number => {
    const state = advanced(this.states[this.focused]!);
    this.states[this.focused] = state;
    return uniformOf(state);
  };

  readonly gaussian = (): number => {
    const spare = this.spares[this.focused]!;
    if (!Number.isNaN(spare)) {
      this.spares[this.focused] = NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.spares[this.focused] = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  readonly pick = <T>(choices: readonly T[]): T => choices[Math.floor(this.next() * choices.length)]!;
}

/** State and output of Tommy Ettinger's mulberry32. */
function advanced(state: number): number {
  return (state + 0x6d2b79f5) >>> 0;
}

function uniformOf(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

/** FNV-1a with the final mix of MurmurHash3: near seeds such as 'city/1' and 'city/2' give unrelated streams. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

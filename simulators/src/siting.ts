import { CITY_MIX, type CityShare } from './city-mix.js';
import type { Place } from './places.js';

/** A kind and the place at which its next device stands. */
export interface Site {
  readonly share: CityShare;
  readonly place: Place;
}

/** Kinds one after the other: each once, then by weight. The n-th never depends on how many follow. */
export class KindsInTurn {
  private readonly counts = new Map<CityShare, number>();
  private readonly totalWeight: number;
  private drawn = 0;

  constructor(private readonly mix: readonly CityShare[] = CITY_MIX) {
    this.totalWeight = mix.reduce((sum, { weight }) => sum + weight, 0);
  }

  next(): CityShare {
    const share = this.mix[this.drawn] ?? this.furthestBehind();
    this.counts.set(share, (this.counts.get(share) ?? 0) + 1);
    this.drawn++;
    return share;
  }

  private furthestBehind(): CityShare {
    let furthest = this.mix[0]!;
    let most = -Infinity;
    for (const share of this.mix) {
      const behind = (share.weight / this.totalWeight) * this.drawn - this.counts.get(share)!;
      if (behind <= most) continue;
      furthest = share;
      most = behind;
    }
    return furthest;
  }
}

/** Places for kinds: of those that suit, one in the district with the fewest devices, and there the one with the fewest. */
export class Sites {
  private readonly districtOf: readonly number[];
  private readonly inDistrict: number[];
  private readonly atPlace: number[];
  private readonly suited = new Map<CityShare, readonly number[]>();

  /** @param places in the order that decides between equals */
  constructor(private readonly places: readonly Place[]) {
    const districts = [...new Set(places.map(({ district }) => district))];
    this.districtOf = places.map(({ district }) => districts.indexOf(district));
    this.inDistrict = districts.map(() => 0);
    this.atPlace = places.map(() => 0);
  }

  place(share: CityShare): Site {
    const candidates = this.candidatesFor(share);
    let best = candidates[0]!;
    for (const candidate of candidates) if (this.isEmptier(candidate, best)) best = candidate;
    this.inDistrict[this.districtOf[best]!]!++;
    this.atPlace[best]!++;
    return { share, place: this.places[best]! };
  }

  private candidatesFor(share: CityShare): readonly number[] {
    let candidates = this.suited.get(share);
    if (candidates === undefined) {
      candidates = [...this.places.keys()].filter((index) => share.places.includes(this.places[index]!.use));
      if (candidates.length === 0) throw new Error(`No place of the city suits '${share.kind}'`);
      this.suited.set(share, candidates);
    }
    return candidates;
  }

  private isEmptier(place: number, than: number): boolean {
    const difference = this.inDistrict[this.districtOf[place]!]! - this.inDistrict[this.districtOf[than]!]!;
    return difference < 0 || (difference === 0 && this.atPlace[place]! < this.atPlace[than]!);
  }
}

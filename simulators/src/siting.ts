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
    const behind = (share: CityShare): number =>
      (share.weight / this.totalWeight) * this.drawn - this.counts.get(share)!;
    return this.mix.reduce((furthest, share) => (behind(share) > behind(furthest) ? share : furthest));
  }
}

/** Places for kinds: of those that suit, one in the district with the fewest devices, and there the one with the fewest. */
export class Sites {
  private readonly inDistrict = new Map<string, number>();
  private readonly atPlace = new Map<Place, number>();
  private readonly suited = new Map<CityShare, readonly Place[]>();

  /** @param places in the order that decides between equals */
  constructor(private readonly places: readonly Place[]) {}

  place(share: CityShare): Site {
    let candidates = this.suited.get(share);
    if (candidates === undefined) {
      candidates = this.places.filter((place) => share.places.includes(place.use));
      if (candidates.length === 0) throw new Error(`No place of the city suits '${share.kind}'`);
      this.suited.set(share, candidates);
    }
    const place = candidates.reduce((best, candidate) => (this.isEmptier(candidate, best) ? candidate : best));
    this.inDistrict.set(place.district, this.devicesIn(place) + 1);
    this.atPlace.set(place, this.devicesAt(place) + 1);
    return { share, place };
  }

  private isEmptier(place: Place, than: Place): boolean {
    const difference = this.devicesIn(place) - this.devicesIn(than);
    return difference < 0 || (difference === 0 && this.devicesAt(place) < this.devicesAt(than));
  }

  private devicesIn({ district }: Place): number {
    return this.inDistrict.get(district) ?? 0;
  }

  private devicesAt(place: Place): number {
    return this.atPlace.get(place) ?? 0;
  }
}

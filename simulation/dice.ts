/**
 * Chance from one seed. Each place that rolls has a stream of its own, named by the place, so that what happens in one corner of
 * the world does not shift every roll elsewhere: a schedule can be shortened and the rest stays what it was.
 */

const GOLDEN = 0x9e3779b9;

/** FNV-1a over UTF-16 units. */
function hash(seed: number, text: string): number {
  let value = 0x811c9dc5 ^ seed;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

/** The final mix of MurmurHash3 (Appleby, 2011): neighbouring states give unrelated numbers. */
function mix(state: number): number {
  let value = state;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}

export class Dice {
  readonly #seed: number;
  readonly #streams = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** The next number in [0, 1) of this place. */
  roll(place: string): number {
    const state = ((this.#streams.get(place) ?? hash(this.#seed, place)) + GOLDEN) | 0;
    this.#streams.set(place, state);
    return mix(state);
  }

  /** A number in [0, 1) that depends only on the name. */
  fate(name: string): number {
    return mix((hash(this.#seed, name) + GOLDEN) | 0);
  }

  happens(place: string, probability: number): boolean {
    return this.roll(place) < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  between(place: string, low: number, high: number): number {
    return low + Math.floor(this.roll(place) * (high - low + 1));
  }

  /** Mostly near `low`, sometimes near `high`. */
  skewed(place: string, low: number, high: number): number {
    return low + Math.floor(this.roll(place) ** 4 * (high - low + 1));
  }

  one<T>(place: string, items: readonly T[]): T {
    if (items.length === 0) throw new RangeError(`nothing to choose from at ${place}`);
    return items[Math.floor(this.roll(place) * items.length)] as T;
  }

  bytes(place: string, count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.between(place, 0, 255));
  }
}

/** The best of many in one pass, without sorting the rest. Pure. */
import type { Place } from "./rank.ts";
import { byScore } from "./rank.ts";

type Scored<T> = Place & { readonly score: number; readonly one: T };

/**
 * Keeps the `most` best of what it is offered, in the order of `byScore`. `placeOf` is asked only where a score reaches what is kept:
 * most of what is offered costs one comparison of numbers.
 */
export class Best<T> {
  readonly #most: number;
  readonly #placeOf: (one: T) => Place | null;
  /** A heap: the worst that is kept comes first. */
  readonly #heap: Scored<T>[] = [];

  constructor(most: number, placeOf: (one: T) => Place | null) {
    this.#most = most;
    this.#placeOf = placeOf;
  }

  /** `placeOf` null: it is not among the candidates. */
  offer(one: T, score: number): void {
    const heap = this.#heap;
    const worst = heap[0];
    if (heap.length === this.#most && worst !== undefined && score < worst.score) return;
    const place = this.#placeOf(one);
    if (place === null) return;
    const offered = { one, score, document: place.document, index: place.index };
    if (heap.length < this.#most) {
      heap.push(offered);
      this.#rise(heap.length - 1);
    } else if (worst !== undefined && byScore(offered, worst) < 0) {
      heap[0] = offered;
      this.#sink();
    }
  }

  /** Best first. */
  sorted(): readonly { readonly one: T; readonly score: number }[] {
    return [...this.#heap].sort(byScore);
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.#isWorse(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  #sink(): void {
    const { length } = this.#heap;
    for (let at = 0; ; ) {
      let worst = at;
      for (const below of [2 * at + 1, 2 * at + 2]) if (below < length && this.#isWorse(below, worst)) worst = below;
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }

  #isWorse(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    return one !== undefined && other !== undefined && byScore(one, other) > 0;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}

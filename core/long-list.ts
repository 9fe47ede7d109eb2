/**
 * An immutable list that stays cheap when it is long: an item added or replaced copies a path of small nodes, not the list. Written as
 * JSON it is an array. Knows nothing of what it holds.
 */

/** Items or nodes of a node. A list of a million items is four nodes deep. */
const WIDTH = 32;

type Tree<T> = { readonly items: readonly T[] } | { readonly nodes: readonly Tree<T>[] };

export class LongList<T> implements Iterable<T> {
  readonly #root: Tree<T>;
  /** Levels of nodes above the items. */
  readonly #depth: number;
  /** Where the list begins and ends in the tree. */
  readonly #from: number;
  readonly #to: number;

  private constructor(root: Tree<T>, depth: number, from: number, to: number) {
    this.#root = root;
    this.#depth = depth;
    this.#from = from;
    this.#to = to;
  }

  static of<T>(items: Iterable<T> = []): LongList<T> {
    let list = new LongList<T>({ items: [] }, 0, 0, 0);
    for (const item of items) list = list.with(list.length, item);
    return list;
  }

  get length(): number {
    return this.#to - this.#from;
  }

  /** undefined: there is no such item. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const place = this.#from + index;
    return this.#itemsAround(place)[place % WIDTH];
  }

  /** With another item at this index; at `length`: with one more item. Throws for any other index. */
  with(index: number, item: T): LongList<T> {
    if (!Number.isInteger(index) || index < 0 || index > this.length)
      throw new RangeError(`a list of ${this.length} has no index ${index}`);
    const place = this.#from + index;
    const isFull = place === WIDTH ** (this.#depth + 1);
    const root = isFull ? { nodes: [this.#root] } : this.#root;
    const depth = isFull ? this.#depth + 1 : this.#depth;
    return new LongList(put(root, depth, place, item), depth, this.#from, Math.max(this.#to, place + 1));
  }

  includes(item: T): boolean {
    return this.some((other) => other === item);
  }

  some(holds: (item: T) => boolean): boolean {
    for (const item of this) if (holds(item)) return true;
    return false;
  }

  /** The first item that fits; undefined: none does. */
  find(fits: (item: T) => boolean): T | undefined {
    for (const item of this) if (fits(item)) return item;
    return undefined;
  }

  /** Without its first item. */
  rest(): LongList<T> {
    return this.length === 0 ? this : new LongList(this.#root, this.#depth, this.#from + 1, this.#to);
  }

  *[Symbol.iterator](): Generator<T> {
    let place = this.#from;
    while (place < this.#to) {
      const items = this.#itemsAround(place);
      for (let at = place % WIDTH; at < WIDTH && place < this.#to; at++) {
        yield items[at] as T;
        place++;
      }
    }
  }

  toJSON(): T[] {
    return [...this];
  }

  #itemsAround(place: number): readonly T[] {
    let tree: Tree<T> | undefined = this.#root;
    for (let level = this.#depth; tree !== undefined && "nodes" in tree; level--) tree = tree.nodes[placeIn(place, level)];
    return tree?.items ?? [];
  }
}

/** Which node of a level leads to a place. Whole division, since a shift takes 32 bits only. */
const placeIn = (place: number, level: number): number => Math.floor(place / WIDTH ** level) % WIDTH;

function put<T>(tree: Tree<T> | undefined, level: number, place: number, item: T): Tree<T> {
  if (level === 0) return { items: replaced(tree !== undefined && "items" in tree ? tree.items : [], place % WIDTH, item) };
  const nodes = tree !== undefined && "nodes" in tree ? tree.nodes : [];
  const at = placeIn(place, level);
  return { nodes: replaced(nodes, at, put(nodes[at], level - 1, place, item)) };
}

function replaced<T>(list: readonly T[], at: number, item: T): T[] {
  const copy = list.slice();
  copy[at] = item;
  return copy;
}

/**
 * What every search reads of every chunk, in memory: its partition, its length and its vector. Only chunks of revisions that are served
 * are here: whatever else storage holds of a document that is being indexed or deleted, no search sees it. Read from storage at the first
 * search, then kept up to date with what is committed. Lost with the object, and read again.
 */

/** A chunk as searches see it. */
export type Column = {
  readonly id: number;
  readonly revision: number;
  readonly number: number;
  readonly part: number;
  readonly length: number;
};

type Row = { id: number; revision: number; number: number; part: number; length: number; vector: ArrayBuffer | null };

const FIELDS = "c.id, c.revision, c.number, c.part, c.length, c.vector";

/** The served chunks of one shard, each at a slot: a small number that it keeps as long as it is served. */
export class Columns {
  readonly #slots = new Map<number, number>();
  readonly #columns: (Column | null)[] = [];
  readonly #free: number[] = [];
  readonly #ofRevision = new Map<number, number[]>();
  /** By partition, and by how many numbers a vector has: a search touches no vector of a partition that its caller may not read. */
  readonly #vectors = new Map<number, Map<number, Vectors>>();
  /** By partition: chunks, and terms of all of them. */
  readonly #sums = new Map<number, { chunks: number; terms: number }>();

  static read(sql: SqlStorage): Columns {
    const columns = new Columns();
    for (const row of sql.exec<Row>(`SELECT ${FIELDS} FROM chunk c JOIN revision r ON r.id = c.revision WHERE r.status = 'ready'`))
      columns.#add(row);
    return columns;
  }

  /** More than every slot. */
  get size(): number {
    return this.#columns.length;
  }

  slotOf(id: number): number | undefined {
    return this.#slots.get(id);
  }

  at(slot: number): Column | null {
    return this.#columns[slot] ?? null;
  }

  lengthAt(slot: number): number {
    return this.#columns[slot]?.length ?? 0;
  }

  /** A copy: the vector of a chunk; null: it has none. */
  vectorAt(slot: number): Int8Array | null {
    for (const vectors of this.#vectors.get(this.#columns[slot]?.part ?? -1)?.values() ?? []) {
      const found = vectors.of(slot);
      if (found !== null) return found;
    }
    return null;
  }

  /** The cosine of every chunk of these partitions with a vector of the same length. */
  near(vector: Int8Array, parts: readonly number[], tell: (slot: number, column: Column, likeness: () => number) => void): void {
    for (const part of parts)
      this.#vectors
        .get(part)
        ?.get(vector.length)
        ?.compare(vector, (slot, likeness) => {
          const column = this.#columns[slot];
          if (column != null) tell(slot, column, likeness);
        });
  }

  /** A revision is served from now on. */
  serve(sql: SqlStorage, revision: number): void {
    for (const row of sql.exec<Row>(`SELECT ${FIELDS} FROM chunk c WHERE c.revision = ?`, revision)) this.#add(row);
  }

  /** Chunks of a served revision have other terms and vectors than before. */
  renew(sql: SqlStorage, chunks: readonly number[]): void {
    const rows = sql.exec<Row>(`SELECT ${FIELDS} FROM chunk c WHERE c.id IN (SELECT value FROM json_each(?))`, JSON.stringify(chunks));
    for (const { vector, ...column } of rows) {
      const slot = this.#slots.get(column.id);
      if (slot === undefined) continue;
      this.#count(column.part, 0, column.length - this.lengthAt(slot));
      this.#columns[slot] = column;
      for (const vectors of this.#vectors.get(column.part)?.values() ?? []) vectors.remove(slot);
      this.#keepVector(slot, column.part, vector);
    }
  }

  /** A revision is served no longer. */
  drop(revision: number): void {
    for (const slot of this.#ofRevision.get(revision) ?? []) {
      const column = this.#columns[slot];
      if (column == null) continue;
      this.#slots.delete(column.id);
      this.#columns[slot] = null;
      this.#free.push(slot);
      for (const vectors of this.#vectors.get(column.part)?.values() ?? []) vectors.remove(slot);
      this.#count(column.part, -1, -column.length);
    }
    this.#ofRevision.delete(revision);
  }

  /** Of these partitions together. */
  sums(parts: readonly number[]): { readonly chunks: number; readonly terms: number } {
    const found = parts.map((part) => this.#sums.get(part) ?? { chunks: 0, terms: 0 });
    return { chunks: found.reduce((sum, { chunks }) => sum + chunks, 0), terms: found.reduce((sum, { terms }) => sum + terms, 0) };
  }

  #add({ vector, ...column }: Row): void {
    const slot = this.#free.pop() ?? this.#columns.length;
    this.#columns[slot] = column;
    this.#slots.set(column.id, slot);
    const mine = this.#ofRevision.get(column.revision);
    if (mine === undefined) this.#ofRevision.set(column.revision, [slot]);
    else mine.push(slot);
    this.#keepVector(slot, column.part, vector);
    this.#count(column.part, 1, column.length);
  }

  #keepVector(slot: number, part: number, vector: ArrayBuffer | null): void {
    if (vector === null || vector.byteLength === 0) return;
    const ofPart = this.#vectors.get(part) ?? new Map<number, Vectors>();
    this.#vectors.set(part, ofPart);
    const vectors = ofPart.get(vector.byteLength) ?? new Vectors(vector.byteLength);
    ofPart.set(vector.byteLength, vectors);
    vectors.add(slot, new Int8Array(vector));
  }

  #count(part: number, chunks: number, terms: number): void {
    const sums = this.#sums.get(part) ?? { chunks: 0, terms: 0 };
    this.#sums.set(part, { chunks: sums.chunks + chunks, terms: sums.terms + terms });
  }
}

/** Vectors of one length, in one stretch of memory: a search reads all of them. */
class Vectors {
  readonly #length: number;
  #data: Int8Array;
  #norms: Float64Array;
  /** The slot of each row, and back. */
  readonly #slots: number[] = [];
  readonly #rows = new Map<number, number>();

  constructor(length: number) {
    this.#length = length;
    this.#data = new Int8Array(16 * length);
    this.#norms = new Float64Array(16);
  }

  add(slot: number, vector: Int8Array): void {
    const row = this.#slots.length;
    if (row === this.#norms.length) {
      const data = new Int8Array(this.#data.length * 2);
      data.set(this.#data);
      const norms = new Float64Array(this.#norms.length * 2);
      norms.set(this.#norms);
      [this.#data, this.#norms] = [data, norms];
    }
    this.#data.set(vector, row * this.#length);
    this.#norms[row] = normOf(vector);
    this.#slots.push(slot);
    this.#rows.set(slot, row);
  }

  /** The last row takes the place of the one that goes. */
  remove(slot: number): void {
    const row = this.#rows.get(slot);
    const last = this.#slots.length - 1;
    const moved = this.#slots[last];
    if (row === undefined || moved === undefined) return;
    this.#data.copyWithin(row * this.#length, last * this.#length, (last + 1) * this.#length);
    this.#norms[row] = this.#norms[last] ?? 0;
    this.#slots[row] = moved;
    this.#rows.set(moved, row);
    this.#slots.pop();
    this.#rows.delete(slot);
  }

  of(slot: number): Int8Array | null {
    const row = this.#rows.get(slot);
    return row === undefined ? null : this.#data.slice(row * this.#length, (row + 1) * this.#length);
  }

  /** Computed only where it is asked for. */
  compare(vector: Int8Array, tell: (slot: number, likeness: () => number) => void): void {
    const norm = normOf(vector);
    const factors = factorsOf(vector);
    let row = 0;
    const likeness = (): number => {
      const both = norm * (this.#norms[row] as number);
      return both === 0 ? 0 : dot(factors, this.#data, row * this.#length) / both;
    };
    for (; row < this.#slots.length; row++) tell(this.#slots[row] as number, likeness);
  }
}

/** The numbers of a vector that are not 0, with their places: the embedded default's vector of a question has a few dozen of 256. */
type Factors = { readonly places: Int32Array; readonly values: Int32Array };

function factorsOf(vector: Int8Array): Factors {
  const places: number[] = [];
  for (let at = 0; at < vector.length; at++) if (vector[at] !== 0) places.push(at);
  // Eight at a time below: what is missing of the last eight counts nothing.
  while (places.length % 8 !== 0) places.push(-1);
  const values = Int32Array.from(places, (place) => (place < 0 ? 0 : (vector[place] as number)));
  return { places: Int32Array.from(places, (place) => Math.max(0, place)), values };
}

/** What a search by vector spends most of its time on: whole numbers, eight products at a time. */
function dot({ places, values }: Factors, data: Int8Array, from: number): number {
  const product = (at: number): number => Math.imul(values[at] as number, data[from + (places[at] as number)] as number);
  let sum = 0;
  for (let at = 0; at < values.length; at += 8)
    sum =
      (sum +
        product(at) +
        product(at + 1) +
        product(at + 2) +
        product(at + 3) +
        product(at + 4) +
        product(at + 5) +
        product(at + 6) +
        product(at + 7)) |
      0;
  return sum;
}

function normOf(vector: Int8Array): number {
  let squares = 0;
  for (let at = 0; at < vector.length; at++) squares += (vector[at] as number) ** 2;
  return Math.sqrt(squares);
}

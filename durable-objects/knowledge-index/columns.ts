/**
 * What every search reads of every chunk, in memory: its partition, its length and its vector. Read from storage at the first search, then
 * kept up to date with what is committed. Lost with the object, and read again.
 */

/** A chunk as searches see it. `norm`: the length of its vector. */
export type Column = {
  readonly revision: number;
  readonly number: number;
  readonly part: number;
  readonly length: number;
  readonly vector: Int8Array | null;
  readonly norm: number;
};

type Row = { id: number; revision: number; number: number; part: number; length: number; vector: ArrayBuffer | null };

/** The chunks of one shard. */
export class Columns {
  readonly byId = new Map<number, Column>();
  /** By partition: chunks, and terms of all of them. */
  readonly #sums = new Map<number, { chunks: number; terms: number }>();

  static read(sql: SqlStorage): Columns {
    const columns = new Columns();
    for (const row of sql.exec<Row>("SELECT id, revision, number, part, length, vector FROM chunk"))
      columns.add(row.id, { ...row, vector: row.vector === null ? null : new Int8Array(row.vector) });
    return columns;
  }

  add(id: number, chunk: Omit<Column, "norm">): void {
    const { revision, number, part, length, vector } = chunk;
    this.byId.set(id, { revision, number, part, length, vector, norm: normOf(vector) });
    this.#count(part, 1, length);
  }

  remove(id: number): void {
    const known = this.byId.get(id);
    if (known === undefined) return;
    this.byId.delete(id);
    this.#count(known.part, -1, -known.length);
  }

  /** Of these partitions together. */
  sums(parts: readonly number[]): { readonly chunks: number; readonly terms: number } {
    const found = parts.map((part) => this.#sums.get(part) ?? { chunks: 0, terms: 0 });
    return { chunks: found.reduce((sum, { chunks }) => sum + chunks, 0), terms: found.reduce((sum, { terms }) => sum + terms, 0) };
  }

  #count(part: number, chunks: number, terms: number): void {
    const sums = this.#sums.get(part) ?? { chunks: 0, terms: 0 };
    this.#sums.set(part, { chunks: sums.chunks + chunks, terms: sums.terms + terms });
  }
}

/** The length of a vector. */
export function normOf(vector: Int8Array | null): number {
  if (vector === null) return 0;
  let squares = 0;
  for (let at = 0; at < vector.length; at++) squares += (vector[at] as number) ** 2;
  return Math.sqrt(squares);
}

/** Cosine; of vectors of different lengths null. */
export function likeness(a: Int8Array, normA: number, { vector, norm }: Column): number | null {
  if (vector === null || vector.length !== a.length || norm === 0 || normA === 0) return null;
  let dot = 0;
  for (let at = 0; at < a.length; at++) dot += (a[at] as number) * (vector[at] as number);
  return dot / (normA * norm);
}

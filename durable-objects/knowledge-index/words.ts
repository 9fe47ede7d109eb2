/** Which terms are in which chunks, partition by partition: SQLite's full-text index (FTS5), of which only the places are used. Knows SQL; ranks nothing. */
import { type Postings, postingsOf } from "../../core/knowledge/bm25.ts";

/** Parts a partition's number from the term; no ASCII, so that the tokenizer takes both for one word. */
const SEPARATOR = "\u00b7";

/** Chunks in the remembered postings of one shard; beyond, all are forgotten. At 6 bytes each these are 6 MB. */
const MOST_REMEMBERED = 1_000_000;

/** The full-text index of one shard. */
export class Words {
  readonly #sql: SqlStorage;
  /** By partition and term, as slots of served chunks. A partition's are forgotten when what is served of it changes. */
  readonly #remembered = new Map<number, Map<string, Postings>>();
  #size = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** MUST be called in the transaction that stores the chunk. */
  add(chunk: number, part: number, terms: readonly string[]): void {
    const text = terms.map((term) => `${part}${SEPARATOR}${term}`).join(" ");
    this.#sql.exec("INSERT INTO word (rowid, terms) VALUES (?, ?)", chunk, text);
  }

  /** MUST be called in the transaction that deletes the chunk. */
  remove(chunk: number): void {
    this.#sql.exec("DELETE FROM word WHERE rowid = ?", chunk);
  }

  /** Of one partition, and of the chunks that `slotOf` knows: those that are served. */
  postings(term: string, part: number, slotOf: (chunk: number) => number | undefined): Postings {
    const known = this.#remembered.get(part)?.get(term);
    if (known !== undefined) return known;
    const [row] = this.#sql
      .exec<{ places: string }>("SELECT json_group_array(doc) AS places FROM word_place WHERE term = ?", `${part}${SEPARATOR}${term}`)
      .toArray();
    const found = postingsOf(row === undefined ? [] : (JSON.parse(row.places) as number[]), slotOf);
    if (this.#size >= MOST_REMEMBERED) this.forgetAll();
    this.#size += found.chunks.length + 1;
    const mine = this.#remembered.get(part) ?? new Map<string, Postings>();
    this.#remembered.set(part, mine.set(term, found));
    return found;
  }

  /** MUST be called when a chunk of the partition begins or ceases to be served: the remembered slots are no longer true. */
  forget(part: number): void {
    for (const { chunks } of this.#remembered.get(part)?.values() ?? []) this.#size -= chunks.length + 1;
    this.#remembered.delete(part);
  }

  forgetAll(): void {
    this.#remembered.clear();
    this.#size = 0;
  }

  /** Nothing is left. */
  clear(): void {
    this.#sql.exec("INSERT INTO word (word) VALUES ('delete-all')");
    this.forgetAll();
  }

  /** What was deleted leaves the index's pages for good. */
  tidy(): void {
    this.#sql.exec("INSERT INTO word (word) VALUES ('optimize')");
  }
}

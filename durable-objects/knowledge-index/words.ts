/** Which terms are in which chunks, partition by partition: SQLite's full-text index (FTS5), of which only the places are used. Knows SQL; ranks nothing. */
import type { Postings } from "../../core/knowledge/bm25.ts";

/** Parts a partition's number from the term; no ASCII, so that the tokenizer takes both for one word. */
const SEPARATOR = "\u00b7";

/** The full-text index of one shard. */
export class Words {
  readonly #sql: SqlStorage;

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

  /** Of the partitions that are named and of no others. */
  places(term: string, parts: readonly number[]): Postings {
    return parts.flatMap((part) => {
      const [row] = this.#sql
        .exec<{ places: string }>("SELECT json_group_array(doc) AS places FROM word_place WHERE term = ?", `${part}${SEPARATOR}${term}`)
        .toArray();
      return row === undefined ? [] : (JSON.parse(row.places) as number[]);
    });
  }

  /** Nothing is left. */
  clear(): void {
    this.#sql.exec("INSERT INTO word (word) VALUES ('delete-all')");
  }

  /** What was deleted leaves the index's pages for good. */
  tidy(): void {
    this.#sql.exec("INSERT INTO word (word) VALUES ('optimize')");
  }
}

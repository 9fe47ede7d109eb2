/**
 * The cases of one org in SQL. Knows rows; decides nothing.
 *
 * PERSISTED: a row's `body` is the JSON of its case; of a sealed run it is `{"sealed":text,"severity":…}`, where the text is that JSON, sealed. No case
 * begins like that.
 */
import type { ReviewStatus } from "../../core/review/case.ts";
import { type Case, wakeAt } from "../../core/review/life.ts";
import type { EpochMs } from "../../core/time.ts";
import { deleteOverwritten, overwrite } from "../kit/delete-overwritten.ts";
import type { SealedKeys } from "../kit/sealed-keys.ts";

/** A case holds what was proposed and what people said of it. */
const TEXTS = { key: "id", columns: ["body"] };

type Row = { id: string; body: string };
/** As the partial index of the schema says it. */
const IS_SEALED = `SUBSTR(body, 1, 10) = '{"sealed":'`;

/** The cases of one org in SQL. */
export class Cases {
  readonly #sql: SqlStorage;

  readonly #keys: SealedKeys;

  constructor(sql: SqlStorage, keys: SealedKeys) {
    this.#sql = sql;
    this.#keys = keys;
  }

  /** Whether any case is sealed. */
  someSealed(): boolean {
    return this.#sql.exec(`SELECT 1 FROM review WHERE ${IS_SEALED} LIMIT 1`).toArray().length > 0;
  }

  /** Sealed cases that are still due at `at` could not be opened: their time comes again at `until`. */
  putOffSealed(at: EpochMs, until: EpochMs): void {
    this.#sql.exec(`UPDATE review SET wake_at = ? WHERE wake_at <= ? AND ${IS_SEALED}`, until, at);
  }

  save(state: Case): void {
    overwrite(this.#sql, "review", TEXTS.columns, "id = ?", state.id);
    this.#sql.exec(
      `INSERT INTO review (id, key, run, status, wake_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (id) DO UPDATE SET status = ?4, wake_at = ?5, body = ?6`,
      state.id,
      state.request.key,
      state.request.run,
      state.status,
      wakeAt(state),
      this.#bodyOf(state),
    );
  }

  #bodyOf(state: Case): string {
    const { request, id, severity } = state;
    const body = JSON.stringify(state);
    return request.sealedFor === undefined ? body : JSON.stringify({ sealed: this.#keys.seal(request.run, placeOf(id), body), severity });
  }

  find(id: string): Case | null {
    return this.#read("SELECT id, body FROM review WHERE id = ?", id)[0] ?? null;
  }

  idOf(key: string): string | null {
    return this.#sql.exec<{ id: string }>("SELECT id FROM review WHERE key = ?", key).toArray()[0]?.id ?? null;
  }

  openOf(run: string): Case[] {
    return this.#read("SELECT id, body FROM review WHERE run = ? AND wake_at IS NOT NULL ORDER BY id", run);
  }

  of(run: string): Case[] {
    return this.#read("SELECT id, body FROM review WHERE run = ? ORDER BY id", run);
  }

  /** Deletes the cases of a run, in whatever status; how many that were. */
  forget(run: string): number {
    return deleteOverwritten(this.#sql, "review", TEXTS, "run = ?", run);
  }

  due(at: EpochMs, limit: number): Case[] {
    return this.#read("SELECT id, body FROM review WHERE wake_at <= ? ORDER BY wake_at, id LIMIT ?", at, limit);
  }

  /** Newest first, those before the id `before`. */
  list(status: ReviewStatus | null, before: string | null, limit: number): Case[] {
    if (status === null) {
      return this.#read("SELECT id, body FROM review WHERE (?1 IS NULL OR id < ?1) ORDER BY id DESC LIMIT ?2", before, limit);
    }
    return this.#read(
      "SELECT id, body FROM review WHERE status = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3",
      status,
      before,
      limit,
    );
  }

  /** What people are to decide, the most urgent first and of these the oldest, those behind the id `behind`. `status` null: all open cases. */
  queue(status: ReviewStatus | null, behind: string | null, limit: number): Case[] {
    const rank = "CASE json_extract(body, '$.severity') WHEN 'critical' THEN 0 WHEN 'high' THEN 1 ELSE 2 END";
    const last = `SELECT ${rank} FROM review WHERE id = ?2`;
    return this.#read(
      `SELECT id, body FROM review WHERE (?1 IS NULL AND wake_at IS NOT NULL OR status = ?1) AND (?2 IS NULL OR (${rank}, id) > ((${last}), ?2))
       ORDER BY ${rank}, id LIMIT ?3`,
      status,
      behind,
      limit,
    );
  }

  countOpen(): number {
    return this.#sql.exec<{ open: number }>("SELECT COUNT(*) AS open FROM review WHERE wake_at IS NOT NULL").one().open;
  }

  nextWakeAt(): EpochMs | null {
    return this.#sql.exec<{ at: number | null }>("SELECT MIN(wake_at) AS at FROM review WHERE wake_at IS NOT NULL").one().at;
  }

  #read(query: string, ...bindings: SqlStorageValue[]): Case[] {
    const rows = this.#sql.exec<Row>(query, ...bindings).toArray();
    const texts = rows.map(({ id, body }) => ({ place: placeOf(id), text: body.startsWith('{"sealed":') ? sealedIn(body) : body }));
    // A case whose key is destroyed is gone with its person.
    return this.#keys.openAll(texts).flatMap((text) => (text === null ? [] : [JSON.parse(text) as Case]));
  }
}

const placeOf = (id: string): string => `review ${id}`;
const sealedIn = (body: string): string => (JSON.parse(body) as { readonly sealed: string }).sealed;

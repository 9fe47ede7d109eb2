/**
 * `ArchiveIndex`: the lines of an org's archived runs of one month, once they have left the index in D1, with their dead letters. Knows rows
 * and answers questions about them; decides nothing. What it holds, D1 held before: a line that is kept again stays as it is.
 */
import { DurableObject } from "cloudflare:workers";
import type { DeadLetterRow } from "../../core/audit/record.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { DATA_CLASSES, type DataClass } from "../../core/label/label.ts";
import { ERASED } from "../../core/person/erased-run.ts";
import type { ArchivedFilter, ArchivedLine, ExpiryLimits } from "../../core/run/outside/archived-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { deleteOverwritten, overwrite } from "../kit/delete-overwritten.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { SCHEMA } from "./schema.ts";

/** A dead letter as it is kept: with its run and workflow. */
export type ArchivedLetter = DeadLetterRow & { readonly run: string; readonly workflow: string };

const RUN_TEXTS = { key: "id", columns: ["user", "subject"] };
const LETTER_TEXTS = { key: "id", columns: ["body"] };
/** No line of a run is newer than this: what was erased stays erased. */
const LAST_SEQ = Number.MAX_SAFE_INTEGER;
/** As many bytes of nothing, as JSON: an index reads the summary. */
const NO_SUMMARY = `'"' || substr(hex(zeroblob(octet_length(summary) / 2 + 1)), 1, octet_length(summary) - 2) || '"'`;

/** No ports: it has neither clock nor chance, and sends nothing. */
export function defineArchiveIndex() {
  return class ArchiveIndex extends DurableObject {
    /** False until its first line: an object that is only asked stores nothing. */
    #isBegun: boolean;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#isBegun = isMigrated(ctx.storage.sql);
      if (this.#isBegun) migrate(ctx.storage, SCHEMA);
    }

    /** Durable when it answers. Safe to repeat: of two lines of a run the one with the higher `seq` stays. */
    async keep(lines: readonly ArchivedLine[]): Promise<void> {
      migrate(this.ctx.storage, SCHEMA);
      this.#isBegun = true;
      const { sql } = this.ctx.storage;
      this.ctx.storage.transactionSync(() => {
        for (const line of lines) {
          sql.exec(
            `INSERT INTO run (id, seq, user, subject, workflow, version, status, class, summary, created_at, ended_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (id) DO UPDATE SET seq = ?2, user = ?3, subject = ?4, workflow = ?5, version = ?6, status = ?7, class = ?8,
               summary = ?9, created_at = ?10, ended_at = ?11 WHERE run.seq < ?2`,
            ...[line.id, line.seq, line.user, line.subject, line.workflow, line.version, line.status, line.class],
            ...[JSON.stringify(line.summary), line.created_at, line.ended_at],
          );
          const letter = line.dead_letter;
          if (letter === undefined) continue;
          const body = { ...letter, run: line.id, workflow: line.workflow } satisfies ArchivedLetter;
          sql.exec(
            "INSERT INTO letter (id, run, workflow, status, body) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            ...[letter.id, line.id, line.workflow, letter.status, JSON.stringify(body)],
          );
        }
      });
    }

    /** Newest first, as lists show them. */
    async list(filter: ArchivedFilter, limit: number): Promise<{ id: string; summary: Json }[]> {
      const { above, below } = filter;
      const [where, bindings] = conditions([
        ["id > ?", above],
        ["id < ?", below],
        ["status = ?", filter.status],
        ["workflow = ?", filter.workflow],
        ["user = ?", filter.user],
        ["summary ->> '$.session' = ?", filter.session],
        ["summary ->> '$.trace_id' = ?", filter.trace],
        ["created_at >= ?", filter.since],
        ["created_at < ?", filter.until],
      ]);
      return this.#all<{ id: string; summary: string }>(
        `SELECT id, summary FROM run WHERE ${where} ORDER BY id DESC LIMIT ?`,
        ...bindings,
        limit,
      ).map(({ id, summary }) => ({ id, summary: JSON.parse(summary) as Json }));
    }

    /** Dead letters, newest first. */
    async letters(status: string | null, above: string | null, below: string | null, limit: number): Promise<ArchivedLetter[]> {
      const [where, bindings] = conditions([
        ["id > ?", above],
        ["id < ?", below],
        ["status = ?", status],
      ]);
      return this.#all<{ body: string }>(`SELECT body FROM letter WHERE ${where} ORDER BY id DESC LIMIT ?`, ...bindings, limit).map(
        ({ body }) => JSON.parse(body) as ArchivedLetter,
      );
    }

    /** Which of these runs have a line here. */
    async has(ids: readonly string[]): Promise<string[]> {
      const these = JSON.stringify(ids);
      return this.#all<{ id: string }>("SELECT id FROM run WHERE id IN (SELECT value FROM json_each(?))", these).map(({ id }) => id);
    }

    /** null: there is none. */
    async lineOf(id: string): Promise<{ summary: JsonObject; subject: string } | null> {
      const [row] = this.#all<{ summary: string; subject: string }>("SELECT summary, subject FROM run WHERE id = ?", id);
      return row === undefined ? null : { summary: JSON.parse(row.summary) as JsonObject, subject: row.subject };
    }

    /** Runs about a person, by id: those after `after` and before `before`. */
    async runsOf(subject: string, after: string, before: string, limit: number): Promise<{ id: string; user: string }[]> {
      return this.#all<{ id: string; user: string }>(
        "SELECT id, user FROM run WHERE subject = ? AND id > ? AND id < ? ORDER BY id LIMIT ?",
        ...[subject, after, before, limit],
      );
    }

    /** How many runs about a person are before the id `before`. */
    async countOf(subject: string, before: string): Promise<number> {
      return this.#all<{ n: number }>("SELECT COUNT(*) AS n FROM run WHERE subject = ? AND id < ?", subject, before)[0]?.n ?? 0;
    }

    /** Leaves of a line only what `left` says; null: the line goes. Answers how many lines of runs and of dead letters that took. */
    async erase(
      id: string,
      left: { readonly summary: JsonObject; readonly user: string } | null,
    ): Promise<{ runs: number; letters: number }> {
      if (!this.#isBegun) return { runs: 0, letters: 0 };
      if (left === null) return this.#forget([id]);
      const { sql } = this.ctx.storage;
      return this.ctx.storage.transactionSync(() => {
        // Two who look at once both come by: what is erased already is not counted again.
        if (this.#all("SELECT 1 FROM run WHERE id = ? AND seq < ?", id, LAST_SEQ).length === 0) return { runs: 0, letters: 0 };
        const letters = this.#all<{ body: string }>("SELECT body FROM letter WHERE run = ?", id);
        sql.exec(`UPDATE run SET summary = ${NO_SUMMARY} WHERE id = ?`, id);
        overwrite(sql, "run", RUN_TEXTS.columns, "id = ?", id);
        overwrite(sql, "letter", LETTER_TEXTS.columns, "run = ?", id);
        sql.exec(
          "UPDATE run SET subject = ?2, user = ?3, summary = ?4, seq = ?5 WHERE id = ?1",
          ...[id, ERASED, left.user, JSON.stringify(left.summary), LAST_SEQ],
        );
        for (const { body } of letters) {
          const emptied = {
            ...(JSON.parse(body) as ArchivedLetter),
            ...{ status: "discarded", reason: { code: "cancelled", message: ERASED } },
          } satisfies ArchivedLetter;
          sql.exec("UPDATE letter SET status = 'discarded', body = ? WHERE run = ?", JSON.stringify(emptied), id);
        }
        return { runs: 1, letters: letters.length };
      });
    }

    /** Runs whose time is over, those that nobody failed to delete since `triedBefore`. */
    async expired(
      limits: ExpiryLimits,
      triedBefore: EpochMs,
      limit: number,
    ): Promise<{ id: string; subject: string; class: DataClass; ended_at: EpochMs }[]> {
      const found: { id: string; subject: string; class: DataClass; ended_at: EpochMs }[] = [];
      for (const dataClass of DATA_CLASSES) {
        if (found.length >= limit) break;
        const until = limits.byClass[dataClass] ?? limits.rest;
        found.push(
          ...this.#all<{ id: string; subject: string; class: DataClass; ended_at: EpochMs }>(
            `SELECT id, subject, class, ended_at FROM run WHERE class = ? AND ended_at <= ? AND COALESCE(tried_at, 0) <= ?
             ORDER BY ended_at LIMIT ?`,
            ...[dataClass, until, triedBefore, limit - found.length],
          ),
        );
      }
      return found;
    }

    /** The run could not be deleted now. */
    async putOff(id: string, at: EpochMs): Promise<void> {
      if (this.#isBegun) this.ctx.storage.sql.exec("UPDATE run SET tried_at = ? WHERE id = ?", at, id);
    }

    /** Deletes lines; `isEmpty`: none is left, and the object stores nothing any more. */
    async forget(ids: readonly string[]): Promise<{ runs: number; isEmpty: boolean }> {
      if (!this.#isBegun) return { runs: 0, isEmpty: true };
      const { runs } = this.#forget(ids);
      const isEmpty = this.#all("SELECT 1 FROM run LIMIT 1").length === 0;
      if (isEmpty) {
        await this.ctx.storage.deleteAll();
        this.#isBegun = false;
      }
      return { runs, isEmpty };
    }

    #forget(ids: readonly string[]): { runs: number; letters: number } {
      const { sql } = this.ctx.storage;
      const these = JSON.stringify(ids);
      return this.ctx.storage.transactionSync(() => {
        sql.exec(`UPDATE run SET summary = ${NO_SUMMARY} WHERE id IN (SELECT value FROM json_each(?))`, these);
        return {
          letters: deleteOverwritten(sql, "letter", LETTER_TEXTS, "run IN (SELECT value FROM json_each(?))", these),
          runs: deleteOverwritten(sql, "run", RUN_TEXTS, "id IN (SELECT value FROM json_each(?))", these),
        };
      });
    }

    #all<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]): Row[] {
      return this.#isBegun ? this.ctx.storage.sql.exec<Row>(query, ...bindings).toArray() : [];
    }
  };
}

/** Those conditions that have a value. */
function conditions(all: readonly (readonly [string, SqlStorageValue])[]): [string, SqlStorageValue[]] {
  const given = all.filter(([, value]) => value !== null);
  return [["1 = 1", ...given.map(([condition]) => condition)].join(" AND "), given.map(([, value]) => value)];
}

/** The object, as its stub sees it. */
export type ArchiveIndex = InstanceType<ReturnType<typeof defineArchiveIndex>>;
